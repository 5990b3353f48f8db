"""What goes wrong with a container engine is told in one line, with its mend. (That it works: tests/containers.)"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from driving import Cli

from streamlings.errors import LabError
from streamlings.paths import ROOT
from streamlings.servers import containers, engine
from streamlings.servers.state import LabState


def refused(cli: Cli, **env: str) -> tuple[int, list[str]]:
    """What `up --backend containers` says, and its exit code."""
    done = cli("up", "--backend", "containers", **env)
    return done.code, done.err.splitlines()


def engine_that_says(folder: Path, text: str) -> str:
    """A PATH on which `docker` fails with these words."""
    command = folder / "docker"
    command.write_text(f"#!/bin/sh\necho '{text}' >&2\nexit 1\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def alone(tmp_path: Path) -> Cli:
    """The command with a lab folder of its own."""
    return Cli(ROOT, {"STREAMLINGS_STATE": str(tmp_path / "state")})


def test_no_docker_command(alone: Cli, tmp_path: Path) -> None:
    code, said = refused(alone, PATH=str(tmp_path))
    assert (code, said[0]) == (3, "error: there is no `docker` command")
    assert "--backend native" in said[-1]


@pytest.mark.skipif(shutil.which("docker") is None, reason="there is no docker command")
def test_no_engine(alone: Cli, tmp_path: Path) -> None:
    code, said = refused(alone, DOCKER_HOST=f"unix://{tmp_path}/nobody.sock")
    assert (code, said[0]) == (3, "error: no container engine answers")
    assert said[-1].startswith("hint: start it")


def test_no_permission(alone: Cli, tmp_path: Path) -> None:
    """In the words of Docker 28 for a socket that belongs to root."""
    words = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"
    code, said = refused(alone, PATH=engine_that_says(tmp_path, words))
    assert (code, said[0]) == (3, "error: you may not use the container engine")
    assert "docker" in said[-1] and said[-1].startswith("hint: add yourself to its group")


def test_no_compose(alone: Cli, tmp_path: Path) -> None:
    code, said = refused(alone, PATH=engine_that_says(tmp_path, "docker: unknown command: docker compose"))
    assert (code, said[0]) == (3, "error: `docker compose` is missing")


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "run", lambda *_, **__: "2000000000")
    with pytest.raises(LabError, match=r"the container engine has 2\.0 GB of memory, and the lab needs 3 GB"):
        containers._start(LabState(), {"kafka"}, print)
