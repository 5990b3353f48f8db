"""The native lab with real servers: killed, left half-written, taken for dead or alive wrongly, two at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from driving import Cli, give, left_of

from streamlings import cleanup, wait
from streamlings.errors import LabError
from streamlings.servers import broker, cluster, native, process, state
from streamlings.servers.process import Process
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState
from streamlings.stage.records import read_all

pytestmark = pytest.mark.slow


@pytest.fixture
def own_lab(tmp_path: Path, archives: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new lab for one test, with a space in its path; nothing of it may be left."""
    folder = tmp_path / "my lab"
    give(archives, folder)
    monkeypatch.setenv("STREAMLINGS_STATE", str(folder))
    yield folder
    native.down()
    assert left_of(folder) == []


def up(*servers: str) -> tuple[LabState, str]:
    said: list[str] = []
    return native.up(needs=set(servers), say=said.append), "\n".join(said)


def send(address: str, topic: str, *values: str) -> None:
    producer = Producer({"bootstrap.servers": address, "log_level": 0})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(10) == 0


def values(address: str, topic: str) -> list[bytes | None]:
    return [r.value for r in read_all(address, topic, 1, isolation="read_uncommitted")]


# --- the session's lab


def test_up_twice_is_up_once(lab_state: Path) -> None:
    first, _ = up("kafka", "flink")
    again, said = up("kafka", "flink")
    assert (again.to_json(), said) == (first.to_json(), "")
    assert broker.answers(again.kafka)
    assert FlinkRest(again.flink).slots() > 0


@pytest.mark.parametrize("victim", ["kafka", "jobmanager", "taskmanager"])
def test_what_was_killed_is_named_and_mended(lab_state: Path, victim: str) -> None:
    lab, _ = up("kafka", "flink")
    name = next(n for n in lab.processes if n.split("-")[0] == victim)
    os.kill(lab.processes[name].pid, signal.SIGKILL)
    assert wait.until(lambda: not lab.processes[name].alive(), deadline_s=10)
    mended, said = up("kafka", "flink")
    assert f"{name} had ended by itself" in said
    assert broker.answers(mended.kafka)
    assert wait.until(FlinkRest(mended.flink).slots, deadline_s=20)
    if victim == "kafka":
        assert mended.flink == lab.flink, "the other server is left alone"
    else:
        assert mended.kafka == lab.kafka, "the other server is left alone"
        assert (mended.flink == lab.flink) is (victim == "taskmanager"), "a JobManager that lives is kept"
    registered = FlinkRest(mended.flink).taskmanagers()
    assert registered == cluster.taskmanagers(mended)
    assert name not in registered or victim != "taskmanager", "Flink would give a job the slots of the dead one"
    kinds = [n.split("-")[0] for n in mended.processes]
    assert [kinds.count(kind) for kind in ("jobmanager", "kafka", "taskmanager")] == [1, 1, 1], kinds


@pytest.mark.parametrize("victim", ["kafka", "jobmanager", "taskmanager"])
def test_a_check_right_after_a_kill(lab_state: Path, cli: Cli, victim: str) -> None:
    lab, _ = up("kafka", "flink")
    name = next(n for n in lab.processes if n.split("-")[0] == victim)
    os.kill(lab.processes[name].pid, signal.SIGKILL)
    done = cli("check", "streams/copy", "--solution")
    assert done.code == 0, done.out + done.err
    assert f"{name} had ended by itself" in done.err


def test_topics_survive_a_kill_of_the_broker(lab_state: Path) -> None:
    lab, _ = up("kafka")
    cleanup.create_topics(lab.kafka, {"kept": 1})
    send(lab.kafka, "kept", "a", "b")
    process.kill(lab.processes["kafka"])
    mended, _ = up("kafka")
    assert values(mended.kafka, "kept") == [b"a", b"b"]
    cleanup.remove_everything_named(mended, "kept")


def test_status_says_what_ended_by_itself(lab_state: Path, cli: Cli) -> None:
    lab, _ = up("kafka")
    assert f"kafka      {lab.kafka}" in cli("status").out
    process.kill(lab.processes["kafka"])
    assert "kafka      ended by itself: kafka   hint: ./streamlings up" in cli("status").out
    told = json.loads(cli("status", "--json").out)
    assert (told["kafka"]["running"], told["kafka"]["ended_by_itself"]) == (False, ["kafka"])
    up("kafka")


def test_a_state_of_before_a_reboot_ends_nobody_elses_process(own_lab: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    try:
        theirs = psutil.Process(stranger.pid)
        old = Process("kafka", stranger.pid, theirs.create_time() - 3600, str(own_lab / "kafka.log"))
        state.write(LabState(kafka="127.0.0.1:1", processes={"kafka": old}))
        lab, said = up("kafka")
        assert "kafka had ended by itself" in said
        assert lab.processes["kafka"].pid != stranger.pid
        assert native.down() == ["kafka"]
        assert theirs.is_running()
    finally:
        stranger.kill()
        stranger.wait()


def test_data_that_cannot_be_read_is_kept_aside(own_lab: Path) -> None:
    lab, _ = up("kafka")
    cleanup.create_topics(lab.kafka, {"orders": 1})
    native.down()
    meta = own_lab / "kafka" / "data" / "meta.properties"
    meta.write_text("cluster.id=\x00garbage\nversion=")
    mended, said = up("kafka")
    assert "kafka could not start from its data, which is kept in data.unreadable-1; starting with an empty log" in said
    assert (own_lab / "kafka" / "data.unreadable-1" / "orders-0").is_dir()
    assert broker.answers(mended.kafka)
    process.stop([mended.processes["kafka"]])
    meta.write_text("")
    assert "data.unreadable-2" in up("kafka")[1]


def test_two_labs_do_not_disturb_each_other(lab_state: Path, own_lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other, _ = up("kafka")
    monkeypatch.setenv("STREAMLINGS_STATE", str(lab_state))
    mine, _ = up("kafka")
    assert not set(mine.ports.values()) & set(other.ports.values())
    cleanup.create_topics(mine.kafka, {"mine": 1})
    monkeypatch.setenv("STREAMLINGS_STATE", str(own_lab))
    assert "mine" not in AdminClient({"bootstrap.servers": other.kafka}).list_topics(timeout=5).topics
    assert native.down() == ["kafka"]
    assert not other.processes["kafka"].alive()
    assert broker.answers(mine.kafka)
    cleanup.remove_everything_named(mine, "mine")


def test_everything_listens_on_loopback_only(lab_state: Path) -> None:
    lab, _ = up("kafka", "flink")
    for name, started in lab.processes.items():
        listening = [c for c in psutil.Process(started.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert listening, name
        assert {c.laddr.ip.removeprefix("::ffff:") for c in listening} <= {"127.0.0.1", "::1"}, (name, listening)


def test_without_java_and_in_a_folder_with_a_space(own_lab: Path, cli: Cli, course: Path) -> None:
    """No java on PATH, no JAVA_HOME; Kafka, Flink, a warm worker, and a check through all of them."""
    bare = {"STREAMLINGS_STATE": str(own_lab), "PATH": "/nowhere", "JAVA_HOME": "", "HADOOP_CLASSPATH": ""}
    done = cli("check", "streams/copy", "--solution", timeout_s=240, **bare)
    assert done.code == 0, done.out + done.err
    assert cli("down", **bare).out.startswith("ended ")
    assert left_of(own_lab) == []


def test_a_server_that_does_not_come_up_shows_its_last_words(own_lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "answers", lambda _: False)
    monkeypatch.setattr("streamlings.servers.kafka.SETTINGS", "process.roles=nonsense\nlog.dirs={data}\n")
    with pytest.raises(LabError) as caught:
        up("kafka")
    assert "could not be formatted" in caught.value.message
    assert "nonsense" in caught.value.details
    assert state.read().processes == {}
    assert left_of(own_lab) == []


def test_down_ends_exactly_what_up_started(own_lab: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    try:
        lab, _ = up("kafka")
        assert native.down() == ["kafka"]
        assert not lab.processes["kafka"].alive()
        assert stranger.poll() is None
        assert native.down() == []
        assert state.read().to_json() == LabState().to_json()
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("server", ["kafka", "flink"])
def test_a_port_that_is_taken_meanwhile_is_given_up_for_another(own_lab: Path, monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        at_first = iter([taken.getsockname()[1]])
        free_ports = process.free_ports

        def one_is_taken(count: int) -> list[int]:
            return [*at_first, *free_ports(count)][:count]

        monkeypatch.setattr(process, "free_ports", one_is_taken)
        lab, said = up(server)
    assert getattr(lab, server)
    assert "another program has taken a port meanwhile" in said
    assert not list(own_lab.glob("kafka/data.unreadable*"))
