"""The container engine, through its own command: `docker` finds its engine by itself (contexts, Desktop, a remote one)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

from streamlings.errors import LabError
from streamlings.paths import ROOT

SERVICE, PROJECT, FOLDER = "com.docker.compose.service", "com.docker.compose.project", "com.docker.compose.project.working_dir"
HASH, NUMBER = "com.docker.compose.config-hash", "com.docker.compose.container-number"
"""Labels that Compose gives its containers."""

NO_ENGINE = ("no container engine answers", "start it: Docker Desktop, or `sudo systemctl start docker`")
NO_COMPOSE = ("`docker compose` is missing", "install Compose v2, the plugin of the docker command")
PORT_TAKEN = ("a port of the lab is taken", "./streamlings up --backend containers chooses others")
NO_NETWORK = (
    "the image could not be built: what it is made from could not be downloaded",
    "is there a network? Without one, ./streamlings start --from PACK brings an image along (see the install page)",
)
KNOWN = (
    (
        "permission denied while trying to connect",
        "you may not use the container engine",
        "add yourself to its group (`sudo usermod -aG docker $USER`), and log in again",
    ),
    ("Cannot connect to the Docker daemon", *NO_ENGINE),
    ("failed to connect to the docker API", *NO_ENGINE),
    ("error during connect", *NO_ENGINE),
    ("is not a docker command", *NO_COMPOSE),
    ("unknown command: docker compose", *NO_COMPOSE),
    ("unknown shorthand flag", *NO_COMPOSE),
    ("port is already allocated", *PORT_TAKEN),
    ("address already in use", *PORT_TAKEN),
    ("no space left on device", "the engine has no space left", "`docker system df` says what takes it"),
)
"""What the engine says, what that means, and what to do."""
UNREACHABLE = (
    "no such host",
    "name resolution",
    "name or service not known",
    "network is unreachable",
    "server misbehaving",
    "i/o timeout",
)
"""What it says where something is to be downloaded, and there is no network."""


class AnotherClone(LabError):
    """What runs under a name belongs to another clone."""


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


def compose(verb: str, *arguments: str, project: str = "", env: dict[str, str] | None = None, deadline_s: float = 120) -> str:
    """`docker compose VERB` for this clone's file, under the name `project`, or else that of the environment. Raises LabError."""
    return run("compose", *_where(project), verb, *arguments, env=env, deadline_s=deadline_s)


def _where(named: str = "") -> tuple[str, ...]:
    return ("--project-directory", str(ROOT), "--project-name", named or project())


def project() -> str:
    """The name under which Compose runs this clone's containers: that of docker-compose.yml, unless another one is given."""
    return os.environ.get("COMPOSE_PROJECT_NAME") or "streamlings"


def running(project: str) -> dict[str, list[str]]:
    """The ids of this clone's running containers by service, newest first, one question to the engine. Raises AnotherClone where another
    clone's lab has this name, LabError where the engine does not answer."""
    answer = run(
        "ps",
        "--no-trunc",
        "--filter",
        f"label={PROJECT}={project}",
        "--format",
        f'{{{{.ID}}}}\t{{{{.Label "{SERVICE}"}}}}\t{{{{.Label "{FOLDER}"}}}}',
    )
    found: dict[str, list[str]] = {}
    for line in answer.splitlines():
        container, service, folder = line.split("\t")
        if Path(folder).resolve() != ROOT:
            raise AnotherClone(
                f"another clone's lab runs in containers under the name {project}",
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
        raise LabError(f"`{_named(arguments)}` did not end within {deadline_s:.0f} s", hint="does the engine answer? `docker info`") from e


def _refuse(arguments: tuple[str, ...], said: str) -> NoReturn:
    for words, meaning, mend in KNOWN:
        if words.lower() in said.lower():
            raise LabError(meaning, details=said.strip()[-400:], hint=mend)
    if "build" in arguments and any(words in said.lower() for words in UNREACHABLE):
        raise LabError(NO_NETWORK[0], details=said.strip()[-400:], hint=NO_NETWORK[1])
    raise LabError(f"`{_named(arguments)}` failed", details=said.strip()[-1200:], hint="`docker info` says how the engine is")


def _named(arguments: tuple[str, ...]) -> str:
    """Such as "docker compose up"."""
    return " ".join(["docker", arguments[0], *(arguments[1 + len(_where()) :][:1] if arguments[0] == "compose" else [])])
