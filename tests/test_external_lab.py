"""A lab on servers that somebody else runs: here those of the tests' native lab, used from another clone's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from driving import Cli, give

from streamlings.cleanup import create_topics
from streamlings.paths import ROOT
from streamlings.servers import native
from streamlings.servers.state import LabState

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def servers(lab_state: Path) -> LabState:
    return native.up(needs={"kafka", "flink", "registry"})


@pytest.fixture
def guest(servers: LabState, archives: Path, tmp_path: Path) -> Iterator[Cli]:
    """The command of another clone, which uses the servers by their addresses."""
    give(archives, tmp_path)
    command = Cli(ROOT, {"STREAMLINGS_STATE": str(tmp_path), "USER": "Zo\u00eb", "LOGNAME": "Zoe"})
    where = ["--kafka", servers.kafka, "--flink", servers.flink, "--registry", servers.registry]
    done = command("up", "--backend", "external", *where)
    assert done.code == 0, done.err
    yield command
    command("down")
    assert native.up(needs={"kafka", "flink", "registry"}).kafka == servers.kafka  # they go on


def test_a_solution_passes_and_leaves_what_others_made(guest: Cli, servers: LabState) -> None:
    create_topics(servers.kafka, {"somebody_elses": 1})
    done = guest("check", "event_time/watermark", "--solution", "--json", timeout_s=240)
    verdict = json.loads(done.out)
    assert (verdict["outcome"], verdict["backend"]) == ("passed", "external"), done.err
    topics = AdminClient({"bootstrap.servers": servers.kafka}).list_topics(timeout=10).topics
    assert "somebody_elses" in topics and not [name for name in topics if "watermark" in name]


@pytest.mark.parametrize("exercise", ["checkpointing/survive", "producing/send_orders"])
def test_what_needs_the_servers_themselves_cannot_be_checked(guest: Cli, exercise: str) -> None:
    """survive kills a TaskManager; send_orders reads the broker's files."""
    done = guest("check", exercise, "--solution", "--json", timeout_s=240)
    verdict = json.loads(done.out)
    assert (done.code, verdict["outcome"]) == (3, "could_not_check")
    assert "not ours" in verdict["problem"] and "native" in verdict["hint"]


def test_wrong_use(lab_state: Path, tmp_path: Path) -> None:
    command = Cli(ROOT, {"STREAMLINGS_STATE": str(tmp_path)})
    assert said(command, "up", "--kafka", "127.0.0.1:1") == (2, "error: --kafka is for servers that exist already")
    assert said(command, "up", "--backend", "external", "--kafka", "nowhere") == (2, "error: 'nowhere' is no address of kafka")
    assert said(command, "up", "--backend", "external", "--kafka", "127.0.0.1:1") == (3, "error: no kafka answers at 127.0.0.1:1")
    done = command("check", "event_time/watermark", "--backend", "external", "--solution")
    assert done.code == 3 and "this lab has no flink and no kafka" in done.out, done.out


def said(command: Cli, *arguments: str) -> tuple[int, str]:
    done = command(*arguments)
    return done.code, done.err.splitlines()[0]
