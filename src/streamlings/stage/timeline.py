"""What happened, in the order in which it was observed: events sent, watermarks seen, rows that came out, kills, checkpoints.

Between two barriers nobody sees what comes first: a row is read some milliseconds after it was written, a watermark is asked for ten
times a second. So moments have a step, which ends at every barrier, and within one step they stand in a fixed order: what was sent,
where the watermark stood at the barrier, and what had come out by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from streamlings.shop import TICK, clock

Kind = Literal["act", "kill", "sent", "restored", "watermark", "closed", "late", "output", "checkpoint"]
WITHIN_A_STEP: tuple[Kind, ...] = ("act", "kill", "sent", "restored", "watermark", "closed", "late", "output", "checkpoint")


@dataclass(frozen=True)
class Moment:
    """One observation. `at` is event time or watermark, epoch ms (None: no watermark yet); `text` says what a kind has of its own.

    A "watermark" has the lowest one behind the sources in `at`, and in `of` that of each operator and source partition. A "closed" is a
    window of the task, from `opened` to `at`, whose end the watermark has passed; `count` is how many events in it had been sent by then.
    A "late" is how many records Flink says it has dropped as late since the last time.
    """

    kind: Kind
    step: int = 0
    text: str = ""
    at: int | None = None
    topic: str = ""
    partition: int | None = None
    offset: int | None = None
    row: dict[str, Any] = field(default_factory=dict)
    of: dict[str, int | None] = field(default_factory=dict)
    count: int = 0
    opened: int = 0

    def about(self, *words: object) -> bool:
        """Whether one of its values is one of these words, or it is an order that only lets time pass."""
        return (self.kind == "sent" and str(self.row.get("customer_id")).startswith(f"{TICK}-")) or any(
            str(v) in {str(w) for w in words} for v in self.row.values()
        )


class Timeline:
    """Collects moments. `step` ends a step: a barrier was reached, or something was done on purpose."""

    def __init__(self) -> None:
        self.window_ms = 0
        """The size of the windows that the task speaks of; 0 where it speaks of none."""
        self.several_outputs = False
        """Whether the program has more topics to write to than one."""
        self.parallel = False
        """Whether some task of the job runs more than once."""
        self.follow: Callable[[Moment | str], None] = lambda _: None
        """Is told each moment when it is observed, and in words what a barrier waits for: for whoever shows progress."""
        self._moments: list[Moment] = []
        self._step = 0

    @property
    def moments(self) -> list[Moment]:
        """Step by step; within a step in the order of WITHIN_A_STEP, rows by topic, partition and offset.

        Of a job that runs in parallel, rows of one step stand in alphabetical order: which of its tasks was quicker says nothing.
        """

        def place(m: Moment) -> tuple[object, ...]:
            rows: tuple[object, ...] = ()
            if m.kind == "output":
                content = tuple((type(v).__name__, v if isinstance(v, int | str | Decimal) else str(v)) for v in m.row.values())
                rows = (m.topic, content if self.parallel else (), m.partition or 0, m.offset or 0)
            return (m.step, WITHIN_A_STEP.index(m.kind), *rows)

        return sorted(self._moments, key=place)

    def step(self) -> None:
        self._step += 1

    def add(self, moment: Moment) -> None:
        self._moments.append(replace(moment, step=self._step))
        self.follow(moment)

    def awaits(self, what: str) -> None:
        """A barrier begins to wait; it leaves no moment."""
        self.follow(what)

    def sent(self, topic: str, partition: int, offset: int, row: dict[str, Any]) -> None:
        at = row.get("timestamp")
        self.add(Moment("sent", topic=topic, partition=partition, offset=offset, row=row, at=at if isinstance(at, int) else None))

    def output(self, topic: str, partition: int, offset: int, row: dict[str, Any]) -> None:
        self.add(Moment("output", topic=topic, partition=partition, offset=offset, row=row))

    def watermark(self, value: int | None, of: dict[str, int | None]) -> None:
        """Where it stands. One that has not moved since the last one says nothing new and is left out; within a step the last counts."""
        self._moments = [m for m in self._moments if (m.kind, m.step) != ("watermark", self._step)]
        if value != self.last_watermark() or not any(m.kind == "watermark" for m in self._moments):
            self.add(Moment("watermark", at=value, of=of))
            self._close_windows(value)

    def _close_windows(self, watermark: int | None) -> None:
        if not self.window_ms or watermark is None:
            return
        closed = {m.at for m in self._moments if m.kind == "closed"}
        starts = [m.at // self.window_ms * self.window_ms for m in self._moments if m.kind == "sent" and m.at is not None]
        for start in sorted(set(starts)):
            end = start + self.window_ms
            if end <= watermark + 1 and end not in closed:  # a watermark of 12:00:59.999 says that 12:00 is over
                self.add(Moment("closed", text=f"{clock(start)[:-3]}-{clock(end)[:-3]}", at=end, opened=start, count=starts.count(start)))

    def last_watermark(self) -> int | None:
        return next((m.at for m in reversed(self._moments) if m.kind == "watermark"), None)

    def rows_came(self) -> bool:
        """Whether, in this step, a row was read."""
        return any(m.kind == "output" and m.step == self._step for m in self._moments)

    def sent_behind(self) -> bool:
        """Whether, in this step, an event was sent that the watermark had passed before."""
        passed = next((m.at for m in reversed(self._moments) if m.kind == "watermark" and m.step < self._step), None)
        return passed is not None and any(
            m.kind == "sent" and m.step == self._step and m.at is not None and m.at < passed for m in self._moments
        )

    def note(self, kind: Kind, text: str) -> None:
        self.add(Moment(kind, text=text))

    def act(self, title: str) -> None:
        """A new part of the scenario begins."""
        self.step()
        self.add(Moment("act", text=title))

    def part(self, act: str) -> list[Moment]:
        """The moments of the part of that title; of the part before the first act, where there is none of that title."""
        moments = self.moments
        starts = [i for i, m in enumerate(moments) if m.kind == "act"]
        titles = ["", *(moments[i].text for i in starts)]
        edges = [0, *starts, len(moments)]
        chosen = titles.index(act) if act in titles else 0
        return [m for m in moments[edges[chosen] : edges[chosen + 1]] if m.kind != "act"]

    def latest_act(self) -> str:
        """The title of the newest part, "" for the first."""
        return next((m.text for m in reversed(self._moments) if m.kind == "act"), "")
