"""How the lab is to be run, said wrongly: one line, a hint, exit code 2. (That it runs: test_lab, test_external_lab, tests/containers.)"""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Cli, Done

from streamlings.doctor import lab
from streamlings.paths import ROOT
from streamlings.servers import process, state
from streamlings.servers.state import LabState


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command with a lab folder of its own, in which nothing runs."""
    monkeypatch.setenv("STREAMLINGS_STATE", str(tmp_path))
    return Cli(ROOT)


def refused(done: Done, code: int = 2) -> list[str]:
    """What was said, without "error: " and "hint: "."""
    lines = done.err.splitlines()
    assert (done.code, len(lines)) == (code, 2), done.err
    return [lines[0].removeprefix("error: "), lines[1].removeprefix("hint: ")]


@pytest.mark.parametrize(
    ("server", "address", "form"),
    [
        ("kafka", "nowhere", "HOST:PORT"),
        ("kafka", "nowhere:99999", "HOST:PORT"),
        ("flink", "[::1]:8081", "HOST:PORT"),
        ("flink", "http://nowhere:8081", "HOST:PORT"),
        ("registry", "127.0.0.1:8081", "http://HOST:PORT/apis/ccompat/v7"),
        ("registry", "http://", "http://HOST:PORT/apis/ccompat/v7"),
        ("postgres", "nonsense", "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
        ("postgres", "postgresql://somebody@nowhere:5432", "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
    ],
)
def test_what_is_no_address(alone: Cli, server: str, address: str, form: str) -> None:
    said = refused(alone("up", "--backend", "external", f"--{server}", address))
    assert said == [f"{address!r} is no address of {server}", f"such as --{server} {form}"]


@pytest.mark.parametrize(
    ("server", "form"),
    [
        ("flink", "localhost:{}"),
        ("registry", "http://localhost:{}/apis/ccompat/v7"),
        ("postgres", "postgresql://me:secret@localhost:{}/mine"),
        ("postgres", "postgresql://localhost:{}/mine?connect_timeout=3"),
    ],
)
def test_where_nobody_answers(alone: Cli, server: str, form: str) -> None:
    address = form.format(process.free_ports(1)[0])
    said = refused(alone("up", "--backend", "external", f"--{server}", address), 3)
    assert said[0] == f"no {server} answers at {address}"
    assert state.read() == LabState()


@pytest.mark.parametrize("verb", [["up"], ["check", "event_time/watermark", "--solution"], ["look", "orders"]], ids=lambda verb: verb[0])
def test_a_way_to_run_the_lab_that_is_none(alone: Cli, verb: list[str]) -> None:
    said = refused(alone(*verb, STREAMLINGS_BACKEND="docker"))
    assert said == ["STREAMLINGS_BACKEND is docker, which is no way to run the lab", "one of native, containers, external, or unset it"]


def test_servers_of_somebody_else_are_used_and_forgotten(alone: Cli) -> None:
    uses = LabState("external", kafka="broker:9092", flink="cluster:8081")
    state.write(uses)
    finding = lab.lab_state(uses, False)
    assert (finding.ok, finding.says) == (True, "uses servers that somebody else runs: kafka, flink")
    assert alone("down").out == "the servers are forgotten; they go on\n"
    assert alone("down").out == "the lab was not running\n"
