"""Brokers of a check's own: one or three, started for it, killed and started again in it, ended with it; the lab's broker is left alone.

An exercise that says `brokers = 3` gets them in place of the lab's broker: `lab.kafka` and the stage's topics are theirs.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import NewTopic

from streamlings import wait
from streamlings.course import Exercise
from streamlings.errors import LabError, ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import broker, requests
from streamlings.servers.kafka import admin
from streamlings.stage.own_broker import READY_S, OwnBroker

HEAP_MB = 128


@contextmanager
def own_brokers(exercise: Exercise, prefix: str) -> Iterator[OwnBrokers | None]:
    """The brokers that an exercise asks for, with its topics; None where it uses the lab's."""
    if not exercise.brokers:
        yield None
        return
    brokers = OwnBrokers(exercise.brokers, prefix=prefix)
    try:
        brokers.start()
        brokers.create_topics({prefix + name: count for name, count in exercise.topics.items()})
        yield brokers
    finally:
        brokers.stop()


def folder_of(prefix: str) -> Path:
    """Where the brokers of a check have their files: apart from the check's own folder, which is its program's."""
    return state_folder() / "brokers" / prefix.rstrip("_")


class OwnBrokers:
    """`of[1]`, `of[2]`, `of[3]`. Broker 1 is also the controller: it is not to be killed, and where there are others, it leads nothing at
    first. A topic has a replica on each of them, and with three of them `min.insync.replicas` is 2."""

    def __init__(self, count: int, *, prefix: str, proxied: bool = True, heap_mb: int = HEAP_MB) -> None:
        self.folder = folder_of(prefix)
        self.of = {n: OwnBroker(n, count, folder=self.folder, prefix=prefix, proxied=proxied, heap_mb=heap_mb) for n in range(1, count + 1)}

    @property
    def address(self) -> str:
        """For `bootstrap.servers`."""
        return ",".join(each.advertised for each in self.of.values())

    def start(self, *nodes: int) -> None:
        """Start all, or these again on what is on their disks, and wait until each answers. Raises ServerCrashed."""
        try:
            self._start(*(nodes or self.of))
        except ServerCrashed as e:
            if nodes or not broker.port_was_taken(e):
                raise
            for each in self.of.values():
                each.kill()
                each.choose_ports()
            self._start(*self.of)

    def _start(self, *nodes: int) -> None:
        for node in nodes:
            self.of[node].start(self.of[1].controller_port)
        for node in nodes:
            self.of[node].until_ready()

    def kill(self, node: int) -> None:
        """SIGKILL one of several. The controller is told, which would notice by itself when the broker's session has timed out; returns
        when none of the others takes it for a leader any more. Raises LabError where the controller does not take it."""
        self.of[node].kill()

        def unregistered() -> bool:
            try:
                return requests.unregister(self.of[1].port, node)
            except (OSError, struct.error):  # a busy machine: asked again
                return False

        gone = wait.until(unregistered, deadline_s=READY_S, every_ms=100)
        if not gone:
            raise LabError(f"the controller of the check's own brokers did not let go of broker {node}", hint="is this machine very busy?")
        known = lambda: all(node not in self._leaders_known_to(each) for each in self.of.values() if each.runs)  # noqa: E731
        self._until(known, f"others than broker {node} leading", READY_S)

    def _leaders_known_to(self, broker: OwnBroker) -> set[int]:
        """Who leads some partition, as a broker knows it; all of them while it does not answer."""
        try:
            client = admin(f"127.0.0.1:{broker.port}")  # kept in a variable: its requests end with it
            topics = client.list_topics(timeout=5).topics.values()
        except KafkaException:
            return {*self.of}
        return {partition.leader for topic in topics for partition in topic.partitions.values()}

    def stop(self) -> None:
        """Kill all, and remove what they wrote."""
        for each in self.of.values():
            each.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_topics(self, partitions: dict[str, int]) -> None:
        """Create topics and wait until all replicas of all partitions are in sync. Raises LabError."""
        new = [NewTopic(name, count, replica_assignment=self._replicas(count)) for name, count in partitions.items()]
        client = admin(self.address)
        try:
            for made in client.create_topics(new, operation_timeout=30).values() if new else ():
                made.result(60)
        except (KafkaException, TimeoutError) as e:
            raise LabError(
                "topics could not be created on the check's own brokers", hint="is this machine very busy?", details=str(e)
            ) from e
        for name in partitions:
            self.until_in_sync(name, len(self.of))

    def _replicas(self, partitions: int) -> list[list[int]]:
        """By partition: who leads it first, and who follows. Broker 1 is the last to lead."""
        others = [n for n in self.of if n != 1]
        turns = [others[n % len(others) :] + others[: n % len(others)] if others else [] for n in range(partitions)]
        return [[*turn, 1] for turn in turns]

    def leader(self, topic: str) -> int | None:
        """Who leads a topic's first partition; None while nobody does."""
        found = self._partitions(topic)
        return found[0][0] if found else None

    def until_in_sync(self, topic: str, replicas: int) -> None:
        """Wait until each partition has a leader, and so many replicas in sync. Raises LabError after READY_S."""

        def in_sync() -> bool:
            found = self._partitions(topic)
            return bool(found) and all(leader is not None and count == replicas for leader, count in found)

        self._until(in_sync, f"{replicas} replicas of {topic} in sync", READY_S)

    def until_led_by(self, topic: str, node: int) -> None:
        """Wait until a broker leads a topic's first partition. Raises LabError after READY_S."""
        self._until(lambda: self.leader(topic) == node, f"broker {node} leading {topic}", READY_S)

    def _until(self, observed: Callable[[], object], awaited: str, deadline_s: float) -> None:
        if not wait.until(observed, deadline_s=deadline_s, every_ms=50):
            raise LabError(
                f"the check's own brokers did not come to {awaited} within {deadline_s:.0f} s", hint="is this machine very busy?"
            )

    def _partitions(self, topic: str) -> list[tuple[int | None, int]]:
        """By partition its leader (None while nobody leads), and how many replicas are in sync, as broker 1 knows it; [] while it knows of
        no such topic."""
        try:
            client = admin(f"127.0.0.1:{self.of[1].port}")  # kept in a variable: its requests end with it
            known = client.list_topics(topic, timeout=5).topics[topic].partitions
        except (KafkaException, KeyError):
            return []
        return [(known[n].leader if known[n].leader > 0 else None, len(known[n].isrs)) for n in sorted(known)]
