"""What a stage consists of, and what can be observed on it: topics, the learner's program, its Flink jobs, the time line."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from confluent_kafka import Producer

from streamlings import shop
from streamlings.checks import Check, Failure
from streamlings.errors import LabError
from streamlings.removal import remove
from streamlings.servers.broker import NOT_OURS
from streamlings.servers.container import Container
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState
from streamlings.servers.tunnel import Tunnel
from streamlings.stage import evidence
from streamlings.stage.account import Account, Elsewhere
from streamlings.stage.beside import run_beside
from streamlings.stage.http_service import Answer, HttpService
from streamlings.stage.job import FlinkJob
from streamlings.stage.own_brokers import OwnBrokers
from streamlings.stage.patience import Patience
from streamlings.stage.pipe import Pipe
from streamlings.stage.schemas import StageRegistry
from streamlings.stage.service import FlinkService
from streamlings.stage.story import story
from streamlings.stage.timeline import Timeline
from streamlings.stage.topic import StageTopic, make_producer
from streamlings.worker.program import Program

if TYPE_CHECKING:
    from streamlings.stage.stage import Stage

CLIENT_LOG = re.compile(r"%\d\|\d+\.\d+\|\w+\|rdkafka#")
"""A line of librdkafka's own log, which goes to stderr: of connections, above all."""


class Scene:
    """The things of one check. `Stage` adds what waits and what goes wrong on purpose."""

    def __init__(
        self,
        lab: LabState,
        *,
        prefix: str,
        seed: int,
        topics: dict[str, int],
        needs: set[str],
        folder: Path,
        start: Callable[[Program | None], Program],
        registry: StageRegistry | None = None,
        brokers: OwnBrokers | None = None,
    ) -> None:
        self.lab, self.prefix, self.seed, self.folder = lab, prefix, seed, folder
        self.shop = shop.Shop(seed)
        self.timeline_ = Timeline()
        self.uses_flink = "flink" in needs
        self.topics = {name: StageTopic(cast("Stage", self), name, prefix + name, partitions) for name, partitions in topics.items()}
        elsewhere = Elsewhere(lab.kafka, [topic.full_name for topic in self.topics.values()]) if self.uses_flink and lab.kafka else None
        self.account = Account(cast("Stage", self), elsewhere)
        self.program: Program | None = None
        self.proved: list[Check] = []
        self.measured: list[str] = []
        self.jobs: list[FlinkJob] = []
        self.submitted = 0
        """How many jobs the program has submitted, with those that Flink no longer knows."""
        self.killed: list[str] = []
        self.ran_python = False
        """Whether some job of this check has run Python functions, which in thread mode is inside the TaskManager."""
        self.services: list[FlinkService | HttpService | Tunnel] = []
        self._pipes: list[Pipe] = []
        self.brokers = brokers
        """The check's own brokers, where the exercise asks for some."""
        self.facts = SimpleNamespace()
        """What the scenario wants its checks to know: names that were drawn, orders that were sent."""
        self._start, self._registry = start, registry
        if registry is not None:
            self._let_servers_reach(registry.proxy.host_and_port)
        self._dropped = 0
        self._refreshed = 0.0
        self._patience: Patience | None = None
        self._program_s = 0.0
        self._rows_will_come = True
        self._seen_before = 0
        """How many rows were read before the jobs' tasks were started last."""
        self._hosts: set[str] = set()
        self._hosts_of: list[tuple[str, bool]] = []
        self._hosts_since = 0.0
        self.jobs_before = {j["jid"] for j in self.rest.jobs()} if self.uses_flink else set()

    @cached_property
    def producer(self) -> Producer:
        return make_producer(self.lab.kafka)

    @cached_property
    def rest(self) -> FlinkRest:
        return FlinkRest(self.lab.flink)

    @property
    def registry(self) -> StageRegistry:
        """The schema registry; only where the exercise needs it."""
        assert self._registry is not None, 'exercise.toml does not name "registry" in needs'
        return self._registry

    def topic(self, name: str) -> StageTopic:
        return self.topics[name]

    def folder_of(self, name: str) -> Path:
        """The folder that the program knows as `lab.folder(name)`."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def share_folders(self) -> None:
        """Say that Flink itself writes to `lab.folder(...)`. Raises LabError where it runs on another machine."""
        if self.lab.elsewhere:
            raise LabError("a job of this exercise writes to a folder of this machine, which this lab's Flink cannot reach", hint=NOT_OURS)

    def file(self, folder: str, name: str, *, limit_bytes: int = 50_000_000) -> bytes | None:
        """What the program wrote to a file in `lab.folder(folder)`; None where there is none. Raises Failure for what is not a file of at
        most `limit_bytes`: a pipe or a device would never end."""
        path = self.folder_of(folder) / name
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
                seen = os.fstat(file.fileno())
                if stat.S_ISREG(seen.st_mode) and seen.st_size <= limit_bytes:
                    return file.read(limit_bytes)
                actual = f"a file of {seen.st_size:,} bytes" if stat.S_ISREG(seen.st_mode) else "something that is no ordinary file"
        except FileNotFoundError:
            return None
        except OSError as e:
            actual = str(e.strerror)
        raise Failure(expected=f"an ordinary file {folder}/{name}, of at most {limit_bytes:,} bytes", actual=actual)

    def serve(self, answer: Answer) -> HttpService:
        """A service that the program may ask over HTTP, from now to the end of the check."""
        service = HttpService(answer)
        self.services.append(service)
        self._let_servers_reach(service.address)
        return service

    def _let_servers_reach(self, address: str) -> None:
        """A job may ask a service of the grader, from inside the lab's containers, too."""
        if self.lab.elsewhere and self.uses_flink:
            raise LabError("a job of this exercise asks a service on this machine, which this lab's Flink cannot reach", hint=NOT_OURS)
        if self.lab.backend == "containers" and self.uses_flink:
            holder = self.lab.processes["lab"]
            assert isinstance(holder, Container)
            self.services.append(Tunnel(holder.container, int(address.rpartition(":")[2])))

    def run_beside(self, program: Path, *, deadline_s: float = 60) -> list[str]:
        """What a PyFlink program of the course prints that measures something on this lab; [] where it does not get through."""
        return run_beside(self, program, deadline_s=deadline_s)

    def pipe(self, folder: str, name: str) -> Pipe:
        """A named pipe in `lab.folder(folder)`, for a program that reads lines as they come. It ends with the scenario, if not before."""
        self._pipes.append(Pipe(self.folder_of(folder) / name))
        return self._pipes[-1]

    def measure(self, text: str) -> None:
        """Something for the learner to read that was measured on this machine; it never decides a verdict. Said twice, it is shown once."""
        if text not in self.measured:
            self.measured.append(text)

    def start(self) -> None:
        """Start the learner's program. Barriers do it by themselves: what was sent before the first one is in the topic beforehand."""
        if self.program is None:
            self.program = self._start(None)

    def start_again(self) -> None:
        """Start the program once more, beside the jobs that it has submitted: as an operator does who deploys its next version."""
        self.account.compare()
        self.program, self._patience = self._start(self.program), None

    def flink_service(self, name: str, *statements: str) -> FlinkService:
        """Start a Flink job of the shop's own, which runs beside the program until the check ends: SQL statements, the last an INSERT."""
        service = FlinkService(self, name, list(statements))
        self.services.append(service)  # so that it is ended where its start fails
        service.start()
        return service

    def read_with_flink(self, name: str, *statements: str) -> str:
        """Let a Flink job of the shop's own read what the program has written, to its end ('scan.bounded.mode' = 'latest-offset'): "" when
        it has finished, or why it has failed, in Flink's words."""
        service = FlinkService(self, name, list(statements))
        self.services.append(service)
        return service.run_to_its_end()

    def move_program(self) -> None:
        """End the program and empty its folders. The next barrier starts it anew, as on another machine: what it needs there, the
        scenario writes before that."""
        if self.program is not None:
            self.program.kill()
        self.program, self._patience = None, None
        for path in self.folder.iterdir():
            remove(path)  # folders only

    def last_output(self, lines: int = 6) -> list[str]:
        """What the program printed last. What the Kafka client logs by itself is shown only where the program has said nothing."""
        text = self.program.output.text() if self.program else ""
        said = [line for line in text.splitlines() if line.strip()]
        return ([line for line in said if not CLIENT_LOG.match(line)] or said)[-lines:]

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Rows from PostgreSQL. A table that the program calls `lab.name("t")` is named {prefix}t."""
        return evidence.query(self.lab.postgres, sql)

    def windows(self, *, minutes: int) -> None:
        """Say which tumbling windows the task speaks of, so that the timeline can say when the watermark has passed their ends."""
        self.timeline_.window_ms = minutes * 60_000

    def act(self, title: str) -> None:
        """Begin a new part of the scenario, which `timeline` can show by itself."""
        self.timeline_.act(title)

    def timeline(self, *about: object, window: str = "", act: str = "", limit: int = 16) -> list[str]:
        """What happened in one act (by default the first), as lines of text; of events and rows only those that mention one of `about`.

        Of more than `limit` lines, those of `window` ("12:00") are the last to be left out.
        """
        return story(self.timeline_, *about, window=window, act=act, limit=limit)

    def short(self, full_name: str) -> str:
        """A topic's name without this check's prefix."""
        return full_name.removeprefix(self.prefix)

    def close(self) -> None:
        """Let go of the servers, and end what runs beside the program."""
        for service in self.services:
            service.end()
        for topic in self.topics.values():
            topic.close()
        for pipe in self._pipes:
            pipe.close()
        if self._registry is not None:
            self._registry.close()

    def outputs(self) -> list[StageTopic]:
        """The topics that the scenario does not send to: the program's."""
        return [t for t in self.topics.values() if not t.sent]
