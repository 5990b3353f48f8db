"""How a running job is: what goes in and comes out, how far it is behind, what it has dropped, and what happened to it."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from streamlings.errors import LabError
from streamlings.stage.job import END_OF_INPUT
from streamlings.stage.records import Row
from streamlings.stage.stage import Stage

RATE_OVER_S = 5.0
"""Rates are those of so many seconds."""


@dataclass
class Vitals:
    """Times are epoch ms of the shop, None while there are none; rates in events and rows per second; shares from 0 to 1."""

    began: float = field(default_factory=time.monotonic)
    state: str = "RUNNING"
    sent: int = 0
    rows: int = 0
    in_rate: float = 0
    out_rate: float = 0
    newest_event: int | None = None
    watermark: int | None = None
    dropped: int = 0
    lag: int = 0
    """Events in the topics that no source has read yet."""
    busy: float = 0
    back_pressured: float = 0
    takes_checkpoints: bool = False
    completed: int = 0
    failed: int = 0
    last_checkpoint_ms: int | None = None
    restored: int | None = None
    newest_rows: deque[tuple[str, Row]] = field(default_factory=lambda: deque(maxlen=50))
    happened: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=50))
    """Seconds since the beginning, and what."""
    _dropped_before: int = 0
    _counts: deque[tuple[float, int, int]] = field(default_factory=deque)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def note(self, text: str) -> None:
        self.happened.append((self.seconds, text))

    def count(self, sent: list[Row], rows: list[tuple[str, Row]]) -> None:
        """What was sent and read since the last time."""
        now = time.monotonic()
        times = [at for row in sent if isinstance(at := row.get("timestamp"), int)]
        self.newest_event = max([*times, *([self.newest_event] if self.newest_event else [])], default=None)
        self.sent, self.rows = self.sent + len(sent), self.rows + len(rows)
        self.newest_rows.extend(rows)
        self._counts.append((now, self.sent, self.rows))
        while now - self._counts[0][0] > RATE_OVER_S:
            self._counts.popleft()
        then, before, rows_before = self._counts[0]
        if now > then:
            self.in_rate, self.out_rate = (self.sent - before) / (now - then), (self.rows - rows_before) / (now - then)

    def count_dropped(self, counted: int) -> None:
        """What Flink's counters say; after a restart they begin at 0."""
        self.dropped += counted - self._dropped_before if counted >= self._dropped_before else counted
        self._dropped_before = counted

    def ask_flink(self, stage: Stage) -> None:
        """All that Flink knows. What it cannot say at this moment, as after a kill, stays as it was."""
        with suppress(LabError, LookupError):
            jobs = stage.refresh()
            states = {job.state for job in jobs}
            state = next((s for s in ("FAILED", "RESTARTING", "FAILING", "RUNNING") if s in states), next(iter(states), self.state))
            state = "STARTING" if state == "RUNNING" and any(not job.running and not job.ended for job in jobs) else state
            if state != self.state:
                self.note(f"the job is {state}")
            self.state = state
            self.watermark = self.finite(stage.watermark())
            self.count_dropped(sum(job.late_records_dropped() for job in jobs))
            consumed: dict[tuple[str, int], int] = {}
            for job in jobs:
                consumed |= job.consumed()
            inputs = [(topic, p, end) for topic in stage.topics.values() if topic.sent for p, end in topic.ends.items()]
            self.lag = sum(max(0, end - consumed.get((topic.full_name, p), -1) - 1) for topic, p, end in inputs)
            self.busy = max((job.time_share("busy") for job in jobs), default=0)
            self.back_pressured = max((job.time_share("backPressured") for job in jobs), default=0)
            self._ask_for_checkpoints(stage)

    def _ask_for_checkpoints(self, stage: Stage) -> None:
        answers = [job.rest.checkpoints(job.id) for job in stage.jobs]
        self.takes_checkpoints = any(job.checkpoint_interval() for job in stage.jobs)
        self.completed = sum(int(a["counts"]["completed"]) for a in answers)
        self.failed = sum(int(a["counts"]["failed"]) for a in answers)
        latest = [c for a in answers if (c := (a.get("latest") or {}).get("completed"))]
        self.last_checkpoint_ms = max((int(c["end_to_end_duration"]) for c in latest), default=None)
        restored = max(stage.restored_checkpoints(), default=None)
        if restored is not None and restored != self.restored:
            self.note(f"the job goes on from checkpoint {restored}")
        self.restored = restored

    @staticmethod
    def finite(watermark: int | None) -> int | None:
        """Without the one that says that the input has ended."""
        return watermark if watermark is None or watermark < END_OF_INPUT else None
