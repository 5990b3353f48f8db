"""Who wrote the rows: a pipeline's results must come from its Flink jobs, and not from a program that sends them past Flink.

What the sinks say they have written (numRecordsSend) is compared with what lies in the topics. A kill takes the counts with it, so they
are compared once more before it, and begin anew after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlings import wait
from streamlings.outcome import CheckResult

if TYPE_CHECKING:
    from streamlings.stage.scene import Scene
    from streamlings.stage.topic import StageTopic

METRICS_S = 2.0
"""Metrics are some hundred milliseconds old: so long they may take to show what was written."""


class Account:
    """Rows of the topics that only the program's jobs write to, against what the sinks have written."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._before = 0
        self.rows = self.unexplained = 0

    def compare(self) -> None:
        """Count rows that no sink has written. Where no job runs, one was restarted by itself, or sinks cannot be told apart, nothing can
        be said."""
        jobs = [job for job in self._scene.refresh() if job.state == "RUNNING"]
        if not jobs or any(job.restarts() for job in jobs) != bool(self._scene.killed) or not all(job.countable for job in jobs):
            return
        rows = sum(max(len(topic.seen), len(topic.committed)) for topic in self._topics()) - self._before
        missing = lambda: rows - sum(job.rows_written() for job in jobs)  # noqa: E731
        wait.until(lambda: missing() <= 0, deadline_s=METRICS_S)
        if missing() > self.unexplained:
            self.rows, self.unexplained = rows, missing()

    def begin_anew(self) -> None:
        """After a kill: the counts begin with 0, and of what lies in the topics nobody knows any more who wrote it."""
        self._before = sum(topic.length() for topic in self._topics())

    def failure(self) -> list[CheckResult]:
        """One failed check where rows came from elsewhere, to stand before the others."""
        if self.unexplained <= 0:
            return []
        line = "The rows come from a Flink job"
        return [
            CheckResult(
                "rows_come_from_flink",
                line,
                "failed",
                expected=f"{self.rows} rows, each written by a sink of your Flink job",
                actual=f"the sinks have written {self.rows - self.unexplained}: the others were sent past Flink",
                hint="who else writes to this topic? When your program has ended, only the job goes on",
            )
        ]

    def _topics(self) -> list[StageTopic]:
        return [topic for topic in self._scene.outputs() if not topic.anybody_writes]
