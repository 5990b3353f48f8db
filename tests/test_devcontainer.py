"""The devcontainer: as its specification wants it, and its commands do what they are there for. (Nothing here opens it.)"""

from __future__ import annotations

import json
import lzma
import subprocess
from pathlib import Path
from typing import Any

import pytest
from driving import Cli, give
from jsonschema import Draft201909Validator

from streamlings.paths import ROOT
from streamlings.servers import process

FOLDER = ROOT / ".devcontainer"
SCHEMA = json.loads(lzma.decompress((ROOT / "tests/fixtures/devcontainer/devContainer.base.schema.json.xz").read_bytes()))


@pytest.fixture
def container() -> dict[str, Any]:
    return json.loads((FOLDER / "devcontainer.json").read_text())  # type: ignore[no-any-return]


def test_it_is_valid(container: dict[str, Any]) -> None:
    Draft201909Validator(SCHEMA).validate(container)


@pytest.mark.parametrize("change", [{"forwardPort": [8081]}, {"waitFor": "check"}, {"build": {}}, {"hostRequirements": {"memory": "much"}}])
def test_what_is_invalid_is_found(container: dict[str, Any], change: dict[str, Any]) -> None:
    assert not Draft201909Validator(SCHEMA).is_valid(container | change)


def test_the_page_of_flink_is_forwarded(container: dict[str, Any]) -> None:
    port = int(container["containerEnv"]["STREAMLINGS_FLINK_PORT"])
    assert container["forwardPorts"] == [port] and str(port) in container["portsAttributes"]


def test_its_lab_is_not_that_of_the_machine(container: dict[str, Any]) -> None:
    """The clone is mounted from the machine, with the lab in its `.streamlings`."""
    assert container["containerEnv"]["STREAMLINGS_STATE"].startswith(f"/home/{container['remoteUser']}/")


@pytest.mark.slow
def test_its_commands_leave_a_lab_that_runs(container: dict[str, Any], archives: Path, tmp_path: Path) -> None:
    """Natively: everything is there after the first command, and Flink's page at the port that is asked for after the second."""
    give(archives, tmp_path)
    port = process.free_ports(1)[0]
    command = Cli(ROOT, container["containerEnv"] | {"STREAMLINGS_STATE": str(tmp_path), "STREAMLINGS_FLINK_PORT": str(port)})
    try:
        for line in (container["postCreateCommand"], container["postStartCommand"]):
            subprocess.run(line, shell=True, cwd=ROOT, env=command.environment(), check=True, timeout=400)
        rows = json.loads(command("status", "--json").out)
        assert rows["flink"]["address"] == f"127.0.0.1:{port}" and rows["kafka"]["running"]
        other = Cli(ROOT, command.env | {"STREAMLINGS_STATE": str(tmp_path / "another lab")})
        assert other("up", "flink", timeout_s=240).code == 0
        assert json.loads(other("status", "--json").out)["flink"]["address"] != f"127.0.0.1:{port}"
        other("down")
    finally:
        command("down")


def test_a_port_that_is_none(tmp_path: Path) -> None:
    done = Cli(ROOT, {"STREAMLINGS_STATE": str(tmp_path), "STREAMLINGS_FLINK_PORT": "eighty"})("up", "flink")
    assert (done.code, done.err.splitlines()[0]) == (2, "error: STREAMLINGS_FLINK_PORT is eighty, which is no port")
