"""One lab in containers for all of these tests of a process: the project's own image and docker-compose.yml, started by testcontainers.
It ends with them, for others want the native one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Cli, give
from testcontainers.compose import DockerCompose

from streamlings.paths import ROOT
from streamlings.servers import containers, contents, process, service

PROJECT = f"streamlings-tests-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""Two processes of tests have a lab each."""


def no_engine() -> str:
    """Why there is no container engine to be used here; "" where there is one."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    asked = subprocess.run(["docker", "compose", "ls"], capture_output=True, text=True)
    return asked.stderr.strip().splitlines()[-1] if asked.returncode else ""


@pytest.fixture(scope="session")
def engine() -> None:
    """Skips where no container can be run, and says why; where STREAMLINGS_ENGINE says that there is an engine, that is a failure."""
    reason = no_engine()
    if reason and os.environ.get("STREAMLINGS_ENGINE"):
        pytest.fail(f"no container engine: {reason}")
    if reason:
        pytest.skip(f"no container engine: {reason}")


@pytest.fixture(scope="package")
def composed(engine: None) -> Iterator[dict[str, str]]:
    """Every service up and healthy, by docker-compose.yml alone, on ports of its own; the environment that tells them to other commands."""
    ports = zip(service.PORTS, process.free_ports(len(service.PORTS)), strict=True)
    env = {
        "COMPOSE_PROJECT_NAME": PROJECT,
        "STREAMLINGS_BASE": f"python:{contents.PYTHON}-slim",
        **{f"STREAMLINGS_{server.upper()}_PORT": str(port) for server, port in ports},
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        lab = DockerCompose(ROOT, build=True, wait=True, keep_volumes=False)
        try:
            lab.start()
            yield env
        finally:
            lab.stop()


@pytest.fixture(scope="package")
def containers_lab(composed: dict[str, str], archives: Path) -> Iterator[dict[str, str]]:
    """The same, as `--backend containers` uses it: what programs and checks of this process get. Its folder lies in the clone, as a user's
    does: there is no such path in a container, whereas anybody may make one in /tmp."""
    folder = ROOT / ".streamlings" / PROJECT
    shutil.rmtree(folder, ignore_errors=True)
    give(archives, folder)
    chosen = {"STREAMLINGS_STATE": str(folder), "STREAMLINGS_BACKEND": "containers"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in chosen.items():
            patch.setenv(name, value)
        yield composed | chosen
        containers.down()
    shutil.rmtree(folder)


@pytest.fixture
def command(containers_lab: dict[str, str]) -> Cli:
    """The real command, over the real course, on the lab in containers."""
    return Cli(ROOT, containers_lab)
