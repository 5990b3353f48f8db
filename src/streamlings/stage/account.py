"""Who wrote the rows: a pipeline's results must come from its Flink jobs, and not from a program that sends them past Flink.

What the sinks say they have written (numRecordsSend) is compared with what lies in the topics: in those of the stage, and in those that the
program has made (a sink that writes to one of these must not account for rows in another). A kill takes the counts with it, so they are
compared once more before it, and begin anew after it.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

from streamlings import wait
from streamlings.course import Course
from streamlings.errors import LabError
from streamlings.outcome import CheckResult
from streamlings.servers.kafka import admin
from streamlings.stage.records import read_all

if TYPE_CHECKING:
    from streamlings.stage.job import FlinkJob
    from streamlings.stage.observing import Observing
    from streamlings.stage.topic import StageTopic

METRICS_S = 2.0
"""So long metrics are looked at that are fresh: they show what was written some hundred milliseconds later."""

STALE_S = 30.0
"""So long is waited for fresh ones: after a TaskManager has died, Flink may have none for as long as `web.timeout`."""

NO_JOB = ("rows came, and no Flink job of yours runs any more", "the stream goes on: what ends your job, and who has written the rows?")
ONE_NAME = (
    "two sinks of your job have one name, and Flink counts what one of them writes only",
    'give each sink its own: .sink_to(sink).name("bad_orders")',
)


class Elsewhere:
    """Rows in topics that are not on the stage, and were not there when the check began. Topics of other commands, and those that programs
    use by hand, are left out."""

    def __init__(self, address: str, on_stage: Collection[str]) -> None:
        self._address = address
        self._others = {*on_stage, *self._partitions()}

    def rows(self) -> int:
        """How many, with those of transactions that were aborted: the sinks have counted them, too."""
        others = self._others | self._by_hand
        return sum(
            len(read_all(self._address, name, partitions, isolation="read_uncommitted"))
            for name, partitions in self._partitions().items()
            if name not in others and not name.startswith(("run_", "__"))
        )

    @cached_property
    def _by_hand(self) -> set[str]:
        return Course().topics

    def _partitions(self) -> dict[str, int]:
        client = admin(self._address)  # kept in a variable: its requests end with it
        try:
            return {name: len(topic.partitions) for name, topic in client.list_topics(timeout=5).topics.items()}
        except KafkaException as e:
            raise LabError("Kafka does not say which topics there are", details=str(e), hint="./streamlings status") from e


class Account:
    """Rows of the topics that only the program's jobs write to, against what the sinks have written."""

    def __init__(self, scene: Observing, elsewhere: Elsewhere | None = None) -> None:
        self._scene, self._elsewhere = scene, elsewhere
        self._before = 0
        self.rows = self.unexplained = 0
        self._compared = False
        self._why_not = ("", "")

    def compare(self, *, deadline_s: float = STALE_S) -> None:
        """Count rows that no sink has written. Where nobody can say who wrote them (no job runs any more, or Flink counts one sink of
        two), that is a failure, too, unless they were counted before.

        Only metrics count that are newer than the job's reading of the last event. Raises LabError where Flink gives none, or a job was
        restarted by itself, which takes the counts with it.
        """
        jobs = [job for job in self._scene.refresh() if not job.ended]
        rows = self._count()
        if rows <= 0:
            return
        if not jobs or not all(job.countable for job in jobs):
            self._why_not = ONE_NAME if jobs else NO_JOB
            return
        restarted = lambda: any(job.restarts() for job in jobs)  # noqa: E731
        if self._scene.killed:
            wait.until(restarted, deadline_s=METRICS_S)
        elif restarted():
            raise LabError("Flink restarted the job during the check, so nobody knows who wrote its rows", hint="check it again")
        missing, fresh_since = rows, 0.0

        def looked_at() -> bool:
            """Rows are counted after what was written: of a job that goes on writing elsewhere, what it wrote meanwhile would account for
            rows here."""
            nonlocal rows, missing, fresh_since
            written = sum(job.rows_written() for job in jobs)
            rows = self._count()
            missing = rows - written
            if missing > 0 and not fresh_since and self._is_fresh(jobs):
                fresh_since = time.monotonic()
            return missing <= 0 or bool(fresh_since and time.monotonic() - fresh_since > METRICS_S)

        if not wait.until(looked_at, deadline_s=deadline_s):
            raise LabError("Flink does not say how many rows the job has written", hint="check it again; is this machine very busy?")
        self._compared = True
        if missing > self.unexplained:
            self.rows, self.unexplained = rows, missing

    def _count(self) -> int:
        """Rows that sinks must have written since the counts began."""
        here = sum(max(len(topic.seen), len(topic.committed)) for topic in self._topics())
        return here + self._rows_elsewhere() - self._before

    def _is_fresh(self, jobs: list[FlinkJob]) -> bool:
        """Whether Flink's metrics know that the event sent last has been read."""
        consumed = {at: offset for job in jobs for at, offset in job.consumed().items()}
        lasts = [(topic.full_name, *topic.last) for topic in self._scene.topics.values() if topic.last]
        return any(consumed.get((name, partition), -1) >= offset for name, partition, offset in lasts)

    def begin_anew(self) -> None:
        """After a kill: the counts begin with 0, and of what lies in the topics nobody knows any more who wrote it."""
        self._before = sum(topic.length() for topic in self._topics()) + self._rows_elsewhere()

    def failure(self) -> list[CheckResult]:
        """One failed check where rows came from elsewhere, to stand before the others."""
        if self.unexplained > 0:
            expected = f"{self.rows} rows, each written by a sink"
            actual = f"the sinks have written {self.rows - self.unexplained}: the others were sent past Flink"
            hint = "who else writes to this topic? When your program has ended, only the job goes on"
        elif self._why_not[0] and not self._compared:
            expected = "each row written by a sink of a Flink job that runs"
            actual, hint = self._why_not
        else:
            return []
        line = "The rows come from a Flink job"
        return [CheckResult("rows_come_from_flink", line, "failed", expected=expected, actual=actual, hint=hint)]

    def _rows_elsewhere(self) -> int:
        return self._elsewhere.rows() if self._elsewhere else 0

    def _topics(self) -> list[StageTopic]:
        return [topic for topic in self._scene.outputs() if not topic.anybody_writes]
