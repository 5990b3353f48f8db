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
    assert guest("status").out.splitlines()[:2] == [f"kafka      {servers.kafka}", f"flink      http://{servers.flink}"]
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


@pytest.fixture
def from_elsewhere(servers: LabState, archives: Path, tmp_path: Path) -> Iterator[Cli]:
    """The same, by an address that does not look like this machine's: `127.1` is 127.0.0.1 to every program that connects to it."""
    give(archives, tmp_path)
    command = Cli(ROOT, {"STREAMLINGS_STATE": str(tmp_path)})
    flink = servers.flink.replace("127.0.0.1", "127.1")
    done = command("up", "--backend", "external", "--kafka", servers.kafka, "--flink", flink, "--registry", servers.registry)
    assert done.code == 0, done.err
    yield command
    command("down")


def test_a_job_brings_no_path_of_this_machine_to_another(from_elsewhere: Cli, tmp_path: Path) -> None:
    done = from_elsewhere("check", "event_time/watermark", "--solution", "--json", timeout_s=240)
    assert json.loads(done.out)["outcome"] == "passed", done.out + done.err
    said = (tmp_path / "flink/conf/config.yaml").read_text().splitlines()
    brought = [
        line for line in said if "/" in line and not line.startswith(("io.tmp.dirs", "env.java.opts.all", "python.client.executable"))
    ]
    assert brought == []


@pytest.mark.parametrize("exercise", ["flink_sql/python_functions", "events_and_schemas/read_in_flink", "checkpointing/savepoint"])
def test_what_flink_would_have_to_reach_on_this_machine_cannot_be_checked(from_elsewhere: Cli, exercise: str) -> None:
    """A service of the grader, its proxy before the registry, a folder."""
    done = from_elsewhere("check", exercise, "--solution", "--json", timeout_s=240)
    verdict = json.loads(done.out)
    assert (done.code, verdict["outcome"]) == (3, "could_not_check"), verdict
    assert "of this machine" in verdict["problem"] or "on this machine" in verdict["problem"]
    assert "native" in verdict["hint"]


@pytest.mark.parametrize(
    ("addresses", "elsewhere"),
    [
        (("127.0.0.1:1", "localhost:2"), False),
        (("broker:9092", "127.0.0.1:2"), True),
        (("127.0.0.1:1", "10.0.0.7:8081"), True),
        (("", "127.0.0.2:8081"), False),
    ],
)
def test_where_servers_are(addresses: tuple[str, str], elsewhere: bool) -> None:
    """A forwarded port looks like this machine's; Kafka's address then tells."""
    lab = LabState(backend="external", kafka=addresses[0], flink=addresses[1])
    assert lab.elsewhere == elsewhere
    assert not LabState(kafka="broker:9092").elsewhere


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
