"""Brokers of a check's own, for real: they fail over and come back, and none is left, however their check ends."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Producer

from streamlings import cleanup, wait
from streamlings.paths import ROOT
from streamlings.servers.state import LabState
from streamlings.stage import own_brokers
from streamlings.stage.own_brokers import OwnBrokers
from streamlings.stage.records import read_all

pytestmark = pytest.mark.slow


def of(prefix: str) -> list[psutil.Process]:
    """The processes that belong to a check, this one excepted."""
    found = []
    for each in psutil.process_iter():
        try:
            if each.environ().get("STREAMLINGS_PREFIX") == prefix and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def prefix(lab_state: Path) -> Iterator[str]:
    name = f"test_{secrets.token_hex(3)}_"
    yield name
    assert of(name) == []
    assert not own_brokers.folder_of(name).exists()


def send(brokers: OwnBrokers, *values: str, **settings: object) -> int:
    producer = Producer({"bootstrap.servers": brokers.address, "log_level": 0} | settings)
    for value in values:
        producer.produce("orders", value)
    return producer.flush(60)


def values(brokers: OwnBrokers) -> list[bytes | None]:
    return [record.value for record in read_all(brokers.address, "orders", 1, isolation="read_uncommitted", deadline_s=60)]


def test_three_of_them_lose_an_answer_a_leader_and_nothing_else(prefix: str) -> None:
    brokers = OwnBrokers(3, prefix=prefix)
    try:
        brokers.start()
        brokers.create_topics({"orders": 1})
        assert brokers.leader("orders") == 2
        brokers.of[2].clients.lose_next_answer()  # type: ignore[union-attr]
        assert send(brokers, "a", acks="all") == 0
        assert values(brokers) == [b"a", b"a"], "without idempotence"
        brokers.of[2].clients.lose_next_answer()  # type: ignore[union-attr]
        assert send(brokers, "b", **{"enable.idempotence": True}) == 0
        assert values(brokers) == [b"a", b"a", b"b"]

        replicas = brokers.of[2].replicas
        assert replicas is not None
        replicas.hold()
        assert send(brokers, "only the leader has it", acks=1, retries=0) == 0
        assert [broker.appended("orders") for broker in brokers.of.values()] == [3, 4, 3]
        brokers.kill(2)
        replicas.cut()
        replicas.release()
        brokers.until_led_by("orders", 3)
        assert values(brokers) == [b"a", b"a", b"b"], "it was confirmed, and it is gone"
        brokers.start(2)
        brokers.until_in_sync("orders", 3)
        assert send(brokers, "c", acks="all") == 0
        assert values(brokers) == [b"a", b"a", b"b", b"c"]
    finally:
        brokers.stop()


def test_one_alone_comes_back_with_what_it_had(prefix: str) -> None:
    brokers = OwnBrokers(1, prefix=prefix, proxied=False)
    try:
        brokers.start()
        brokers.create_topics({"orders": 2})
        assert send(brokers, "a", partitioner="consistent") == 0
        brokers.of[1].kill()
        brokers.start(1)
        brokers.until_in_sync("orders", 1)
        assert sum(len(read_all(brokers.address, "orders", 2, isolation="read_committed", deadline_s=60)) for _ in "x") == 1
    finally:
        brokers.stop()


STARTS_ONE = """\
import signal, sys
from streamlings import cleanup
from streamlings.stage.own_brokers import OwnBrokers
cleanup.begin(sys.argv[1])
OwnBrokers(1, prefix=sys.argv[1]).start()
print("started", flush=True)
signal.pause()
"""


@pytest.fixture
def killed_check(prefix: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has started a broker as a check does; whoever uses it kills it."""
    check = subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE, prefix],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        start_new_session=True,
    )
    assert check.stdout is not None
    assert check.stdout.readline() == "started\n"
    yield check
    check.kill()
    check.wait()
    check.stdout.close()
    cleanup.sweep(LabState())


def test_with_a_killed_check_they_end_at_once(killed_check: subprocess.Popen[str], prefix: str) -> None:
    assert len(of(prefix)) == 2, "the broker and its keeper"
    os.kill(killed_check.pid, signal.SIGKILL)
    assert wait.until(lambda: of(prefix) == [], deadline_s=30)


def test_the_next_check_ends_one_whose_keeper_was_killed_too(killed_check: subprocess.Popen[str], prefix: str) -> None:
    keeper = next(each for each in of(prefix) if "streamlings.worker.keeper" in each.cmdline())
    os.kill(keeper.pid, signal.SIGKILL)
    os.kill(killed_check.pid, signal.SIGKILL)
    killed_check.wait()
    assert wait.until(lambda: len(of(prefix)) == 1, deadline_s=30)
    cleanup.sweep(LabState())
    assert wait.until(lambda: of(prefix) == [], deadline_s=30)
    assert not own_brokers.folder_of(prefix).exists()
