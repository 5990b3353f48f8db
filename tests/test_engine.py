"""What goes wrong with a container engine is told in one line, with its mend. (That it works: tests/containers.)"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from driving import Cli

from streamlings.errors import LabError, UsageError
from streamlings.paths import ROOT
from streamlings.servers import containers, contents, engine, process, state
from streamlings.servers.container import of
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


def test_no_engine_in_the_words_of_docker_29(alone: Cli, tmp_path: Path) -> None:
    words = "failed to connect to the docker API at unix:///x.sock; check if the path is correct and if the daemon is running: dial unix"
    code, said = refused(alone, PATH=engine_that_says(tmp_path, words))
    assert (code, said[0]) == (3, "error: no container engine answers")


@pytest.mark.parametrize("what", ["Docker daemon socket", "docker API"], ids=["docker 28", "docker 29"])
def test_no_permission(alone: Cli, tmp_path: Path, what: str) -> None:
    """For a socket that belongs to root."""
    words = f"permission denied while trying to connect to the {what} at unix:///var/run/docker.sock"
    code, said = refused(alone, PATH=engine_that_says(tmp_path, words))
    assert (code, said[0]) == (3, "error: you may not use the container engine")
    assert "docker" in said[-1] and said[-1].startswith("hint: add yourself to its group")


def test_no_compose(alone: Cli, tmp_path: Path) -> None:
    code, said = refused(alone, PATH=engine_that_says(tmp_path, "docker: unknown command: docker compose"))
    assert (code, said[0]) == (3, "error: `docker compose` is missing")


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        ("/data: Permission denied", "`docker compose build` failed", "`docker info` says how the engine is"),
        ("lookup an.example: no such host", "the image could not be built", "start --from PACK"),
        ("NameResolutionError: Temporary failure in name resolution", "the image could not be built", "start --from PACK"),
    ],
)
def test_a_build_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, message: str, hint: str) -> None:
    monkeypatch.setenv("PATH", engine_that_says(tmp_path, said))
    with pytest.raises(LabError, match=message) as failed:
        engine.compose("build", "lab")
    assert hint in failed.value.hint and said in failed.value.details


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "run", lambda *_, **__: "2000000000")
    with pytest.raises(LabError, match=r"the container engine has 2\.0 GB of memory, and the lab needs 3 GB"):
        containers._start(LabState(), {"kafka"}, print)


@dataclass
class Called:
    """What the engine and Compose were asked for. A lab's containers by service, those of the clone in `folder`."""

    running: dict[str, list[str]]
    folder: Path = ROOT
    compose: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, *arguments: str, **_: object) -> str:
        if arguments[0] == "compose":
            self.compose.append(arguments)
        return "8000000000" if arguments[0] == "info" else "\n".join(self.rows()) if arguments[0] == "ps" else ""

    def rows(self) -> list[str]:
        return [f"{container}\t{service}\t{self.folder}" for service, found in self.running.items() for container in found]


@pytest.fixture
def state_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STREAMLINGS_STATE", str(tmp_path / "state"))
    return tmp_path


def told_of(called: Called, patch: pytest.MonkeyPatch) -> Called:
    patch.setattr(engine, "run", called.run)
    patch.setattr(engine, "ask", called.run)
    return called


@pytest.mark.parametrize(("running", "verbs"), [({}, ["build", "down", "up"]), ({"kafka": ["k"]}, ["build", "down", "up"])])
def test_what_is_left_without_its_network_is_removed_first(
    running: dict[str, list[str]], verbs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that could not start on a port that is taken, or that has outlived `lab`, has that port and that network for ever."""
    called = told_of(Called(running), monkeypatch)
    with pytest.raises(LabError, match="lab has no container"):
        containers._start(LabState(project="mine"), {"kafka"}, lambda _: None)
    assert [call[5] for call in called.compose] == verbs
    assert called.compose[1][1:] == (*where("mine"), "down", "--remove-orphans", "--timeout", "20")


def where(project: str) -> tuple[str, ...]:
    return ("--project-directory", str(ROOT), "--project-name", project)


def test_a_lab_keeps_the_name_under_which_it_was_started(state_of_its_own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.write(LabState("containers", processes={"kafka": of("kafka", "k")}, project="mine"))
    called = told_of(Called({"kafka": ["k"]}), monkeypatch)
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "another")
    assert containers.down() == ["kafka"]
    assert called.compose == [("compose", *where("mine"), "down", "--remove-orphans", "--timeout", "20")]
    assert state.read() == LabState()


def test_another_clones_lab_is_not_ended(state_of_its_own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.write(LabState("containers", processes={"kafka": of("kafka", "k")}, project="mine"))
    called = told_of(Called({"lab": ["l"]}, state_of_its_own), monkeypatch)
    with pytest.raises(engine.AnotherClone, match="another clone's lab runs in containers under the name mine"):
        containers.down()
    assert called.compose == [] and state.read() == LabState()  # nothing of this clone's is left


def test_a_clone_by_another_path_is_the_same_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(ROOT)
    told_of(Called({"lab": ["l"]}, tmp_path / "link"), monkeypatch)
    assert engine.running("mine") == {"lab": ["l"]}


def test_ports_and_base_image_of_the_environment_count(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = process.free_ports(1)[0]
    monkeypatch.setenv("STREAMLINGS_KAFKA_PORT", str(asked))
    monkeypatch.setenv("STREAMLINGS_BASE", "a.registry.of.ours/python:3.11")
    lab = LabState()
    containers._choose_ports(lab, {})
    given = containers._environment(lab)
    assert (given["STREAMLINGS_KAFKA_PORT"], given["STREAMLINGS_BASE"]) == (str(asked), "a.registry.of.ours/python:3.11")


def test_a_port_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLINGS_POSTGRES_PORT", "0")
    with pytest.raises(UsageError, match="STREAMLINGS_POSTGRES_PORT is 0, which is no port"):
        containers._choose_ports(LabState(), {})


def test_a_lab_of_other_versions_is_refused_while_it_runs(state_of_its_own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `git pull`: what the image was made from is remembered, and costs the engine no question."""
    servers = {"lab": of("lab", "l"), "kafka": of("kafka", "k")}
    here = LabState("containers", kafka="127.0.0.1:9092", processes=dict(servers), image=contents.digest(), project="mine")
    state.write(here)
    told_of(Called({"lab": ["l"], "kafka": ["k"]}), monkeypatch)
    assert containers.up(needs={"kafka"}).kafka == here.kafka
    monkeypatch.setattr(contents, "digest", lambda: f"{contents.PYTHON}-0123")
    with pytest.raises(LabError, match="the lab's image was built for other versions or settings than this clone's"):
        containers.up(needs={"kafka"})
