"""Shapes of rows that count some events not at all, or twice: told by what the oracle says of other events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from streamlings.shop import Event
from streamlings.stage.shapes.output import Key, Output, Shape, names

FEW = 8
"""Among how many late events of a key those that are missing are looked for."""


@dataclass(frozen=True)
class Crash:
    """The events sent before the last checkpoint that was seen before a kill, those between that and the kill, and those after it."""

    before: list[Event]
    between: list[Event]
    after: list[Event]


def came_late(out: Output) -> Shape | None:
    """What is missing, and nothing else, came when the watermark had passed it."""
    missing: list[Event] = []
    for key in out.wrong:
        fit = list(_late_and_missing(out, key))
        if len(fit) != 1:
            return None
        missing += fit[0]
    if not missing or not _behind_the_watermark(out, missing):
        return None
    over = "the watermark had passed the window's end" if out.timeline.window_ms else "the watermark had passed it"
    when = "when it came" if len(missing) == 1 else "when they came"
    return Shape("came late", f"{names(missing)} {_is(missing)} missing: {when}, {over}. How late may an event be?")


def lost_in_a_crash(out: Output) -> Shape | None:
    """Exactly what was sent before the checkpoint is missing, or between it and the kill, or after the kill."""
    crash = _crash(out)
    if crash is None or not out.wrong:
        return None
    fit = [
        (lost, hint)
        for lost, hint in (
            (crash.before, "what was counted before the last checkpoint is gone: which part of the sum did the checkpoint not hold?"),
            (crash.between, "{} came between the last checkpoint and the kill, and {} missing. From where was the topic read again?"),
            (crash.after, "{} came while nothing ran, and {} missing. Where did the job go on reading?"),
        )
        if lost and out.is_just(out.oracle(_without(out.events, lost)))
    ]
    return Shape("lost in a crash", fit[0][1].format(names(fit[0][0]), _is(fit[0][0]))) if len(fit) == 1 else None


def counted_again_after_a_crash(out: Output) -> Shape | None:
    """Exactly what was sent between the checkpoint and the kill counts twice, or all that was sent before the kill."""
    crash = _crash(out)
    if crash is None or not out.wrong:
        return None
    fit = [
        (again, hint)
        for again, hint in (
            (crash.between, "{} came between the last checkpoint and the kill, and counts twice. What went back to it, and what did not?"),
            ([*crash.before, *crash.between], "all that came before the kill counts twice: what was kept, while the topic was read again?"),
        )
        if again and out.is_just(out.oracle([*out.events, *again]))
    ]
    return Shape("counted again", fit[0][1].format(names(fit[0][0]))) if len(fit) == 1 else None


def doubled(out: Output) -> Shape | None:
    """Every event counts twice."""
    if not out.wrong or not out.is_just(out.oracle([*out.events, *out.events])):
        return None
    return Shape("doubled", "every event counts twice, and none is missing: which way does it come in a second time?")


def a_partition_is_missing(out: Output) -> Shape | None:
    """Exactly the events of one partition are missing."""
    by_partition: dict[tuple[str, int], list[Event]] = {}
    counting = {id(event) for event in out.events}
    for m in out.sent:
        if id(m.row) in counting:
            by_partition.setdefault((m.topic, m.partition or 0), []).append(m.row)
    fit = [at for at, events in by_partition.items() if out.is_just(out.oracle(_without(out.events, events)))]
    if len(by_partition) < 2 or not out.wrong or len(fit) != 1:
        return None
    topic, partition = fit[0]
    return Shape("a partition is missing", f"no event of partition {topic}-{partition} counts, all others do: which partitions are read?")


def _late_and_missing(out: Output, key: Key) -> Iterator[list[Event]]:
    """Sets of a key's late events without which its one row is right."""
    events = out.of_key(key, out.events)
    rows = out.rows.get(key, [])
    late = [event for event in events if id(event) in out.late]
    if len(rows) > 1 or key not in out.wanted or len(late) > FEW:
        return
    for size in range(1, len(late) + 1):
        for some in combinations(late, size):
            left = out.oracle(_without(events, list(some))).get(key)
            if rows == ([] if left is None else [left]):
                yield list(some)


def _behind_the_watermark(out: Output, events: list[Event]) -> bool:
    """Whether the watermark was seen to have passed each of them when it was sent, or Flink says it has dropped so many since."""
    watermark: int | None = None
    wanted = {id(event) for event in events}
    passed, dropped, begun = set(), 0, False
    for m in out.moments:
        watermark = m.at if m.kind == "watermark" else watermark
        begun = begun or id(m.row) in wanted
        dropped += m.count if m.kind == "late" and begun else 0
        if m.kind == "sent" and m.at is not None and watermark is not None:
            window = out.window_of(m.row)
            if (window[1] - 1 if window else m.at) <= watermark:
                passed.add(id(m.row))
    return wanted <= passed or dropped >= len(events)


def _crash(out: Output) -> Crash | None:
    """What was sent when, around the last kill; None where there was none, or no checkpoint was seen before it."""
    moments = out.moments
    kill = max((n for n, m in enumerate(moments) if m.kind == "kill"), default=None)
    checkpoint = max((n for n, m in enumerate(moments[:kill]) if m.kind == "checkpoint"), default=None)
    if kill is None or checkpoint is None:
        return None
    counting = {id(event) for event in out.events}
    sent = [(n, m.row) for n, m in enumerate(moments) if m.kind == "sent" and id(m.row) in counting]
    return Crash(
        [row for n, row in sent if n < checkpoint],
        [row for n, row in sent if checkpoint < n < kill],
        [row for n, row in sent if n > kill],
    )


def _without(events: list[Event], some: list[Event]) -> list[Event]:
    gone = {id(event) for event in some}
    return [event for event in events if id(event) not in gone]


def _is(events: list[Event]) -> str:
    return "is" if len(events) == 1 else "are"


RECOGNISERS = [came_late, lost_in_a_crash, counted_again_after_a_crash, doubled, a_partition_is_missing]
