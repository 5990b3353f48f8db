"""The container engine, through its own command: `docker` finds its engine by itself (contexts, Desktop, a remote one)."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import NoReturn

from streamlings.errors import LabError
from streamlings.paths import ROOT

SERVICE, PROJECT, FOLDER = "com.docker.compose.service", "com.docker.compose.project", "com.docker.compose.project.working_dir"
HASH, NUMBER = "com.docker.compose.config-hash", "com.docker.compose.container-number"
"""Labels that Compose gives its containers."""

KNOWN = (
    (
        "permission denied",
        "you may not use the container engine",
        "add yourself to its group (`sudo usermod -aG docker $USER`), and log in again",
    ),
    ("Cannot connect to the Docker daemon", "no container engine answers", "start it: Docker Desktop, or `sudo systemctl start docker`"),
    ("error during connect", "no container engine answers", "start it: Docker Desktop, or `sudo systemctl start docker`"),
    ("is not a docker command", "`docker compose` is missing", "install Compose v2, the plugin of the docker command"),
    ("unknown command: docker compose", "`docker compose` is missing", "install Compose v2, the plugin of the docker command"),
    ("unknown shorthand flag", "`docker compose` is missing", "install Compose v2, the plugin of the docker command"),
    ("port is already allocated", "a port of the lab is taken", "./streamlings up --backend containers chooses others"),
    ("address already in use", "a port of the lab is taken", "./streamlings up --backend containers chooses others"),
    ("no space left on device", "the engine has no space left", "`docker system df` says what takes it"),
)
"""What the engine says, what that means, and what to do."""


def run(*arguments: str, env: dict[str, str] | None = None, deadline_s: float = 120) -> str:
    """What `docker ARGUMENTS` prints on stdout. Raises LabError where it fails, with what it said."""
    done = _call(arguments, env, deadline_s)
    if done.returncode != 0:
        _refuse(arguments, done.stderr or done.stdout)
    return done.stdout.strip()


def ask(*arguments: str) -> str:
    """The same, and "" where it fails: for questions about what may not be there."""
    done = _call(arguments, None, 60)
    return done.stdout.strip() if done.returncode == 0 else ""


def logs(container: str, lines: int) -> str:
    """The last lines that a container has printed."""
    done = _call(("logs", "--tail", str(lines), container), None, 30)
    return done.stdout + done.stderr


def compose(*arguments: str, env: dict[str, str] | None = None, deadline_s: float = 120) -> str:
    """`docker compose` for this clone's file. Raises LabError."""
    return run("compose", "--project-directory", str(ROOT), *arguments, env=env, deadline_s=deadline_s)


def project() -> str:
    """The name under which Compose runs this clone's containers: that of docker-compose.yml, unless another one is given."""
    return os.environ.get("COMPOSE_PROJECT_NAME") or "streamlings"


def running() -> dict[str, list[str]]:
    """The ids of this clone's running containers by service, newest first, one question to the engine. Raises LabError where it does not
    answer, or another clone's lab has the same name."""
    answer = run(
        "ps",
        "--no-trunc",
        "--filter",
        f"label={PROJECT}={project()}",
        "--format",
        f'{{{{.ID}}}}\t{{{{.Label "{SERVICE}"}}}}\t{{{{.Label "{FOLDER}"}}}}',
    )
    found: dict[str, list[str]] = {}
    for line in answer.splitlines():
        container, service, folder = line.split("\t")
        if folder != str(ROOT):
            raise LabError(
                f"another clone's lab runs in containers under the name {project()}",
                hint=f"end it there ({folder}), or give this one another name: COMPOSE_PROJECT_NAME=... ./streamlings ...",
            )
        found.setdefault(service, []).append(container)
    return found


def _call(arguments: tuple[str, ...], env: dict[str, str] | None, deadline_s: float) -> subprocess.CompletedProcess[str]:
    docker = shutil.which("docker")
    if docker is None:
        raise LabError("there is no `docker` command", hint="install a container engine, or use the native lab: --backend native")
    try:
        return subprocess.run(
            [docker, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env=os.environ | {"DOCKER_CLI_HINTS": "false"} | (env or {}),
            timeout=deadline_s,
        )
    except subprocess.TimeoutExpired as e:
        raise LabError(
            f"`docker {' '.join(arguments[:2])}` did not end within {deadline_s:.0f} s", hint="does the engine answer? `docker info`"
        ) from e


def _refuse(arguments: tuple[str, ...], said: str) -> NoReturn:
    for words, meaning, mend in KNOWN:
        if words.lower() in said.lower():
            raise LabError(meaning, details=said.strip()[-400:], hint=mend)
    raise LabError(f"`docker {' '.join(arguments[:3])}` failed", details=said.strip()[-1200:])
