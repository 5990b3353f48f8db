"""Shapes of rows that are right but for their time."""

from __future__ import annotations

import re

from streamlings.stage.shapes.output import Answers, Key, Output, Shape

MINUTE = 60_000
ZONES = [
    *(hours * 60 for hours in range(-12, 15) if hours),
    *(-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765),
]
"""How far clocks on Earth are ahead of UTC, in minutes."""
TIME = re.compile(r"(?P<hours>[01]\d|2[0-3]):(?P<minutes>[0-5]\d)\Z")


def another_zone(out: Output) -> Shape | None:
    """What somebody gets who takes local time for UTC: for the windows, for their names, or for both."""
    if not out.wrong or not all(isinstance(event.get("timestamp"), int) for event in out.events):
        return None
    right = {minutes: _as_in_a_zone(out, minutes) for minutes in ZONES}
    fit = [minutes for minutes, rows in right.items() if rows and rows == max(right.values())]
    if not fit or out.timeline.window_ms in [abs(minutes) * MINUTE for minutes in fit]:  # that may be `the_other_edge`, too
        return None
    where = f": local time at {_offset(fit[0])}" if len(fit) == 1 else ""
    return Shape("another time zone", f"these are hours of another time zone{where}. Whose clock do the windows go by?")


def cut_elsewhere(out: Output) -> Shape | None:
    """Windows that are named in UTC, and cut by a local clock: they begin at half past, where its offset is no whole number of windows."""
    size = out.timeline.window_ms
    fit = [m for m in ZONES if size and m * MINUTE % size and out.is_just(_named(out.moved(m * MINUTE).wanted, -m))]
    if not out.wrong or not fit:
        return None
    late = {(-m * MINUTE % size) // MINUTE for m in fit}
    begin = f"{late.pop()} min past the whole" if len(late) == 1 else "at other times"
    return Shape("cut elsewhere", f"the windows begin {begin}: by whose clock are they cut?")


def the_other_edge(out: Output) -> Shape | None:
    """Each row bears the time one window later, or earlier."""
    size = out.timeline.window_ms
    if not size or size % MINUTE or not out.wrong:
        return None
    for minutes, edge in ((size // MINUTE, "later"), (-size // MINUTE, "earlier")):
        if out.is_just(_named(out.wanted, minutes)):
            zone = f", or is that the time in a zone at {_offset(minutes)}" if minutes in ZONES else ""
            return Shape(
                "the other edge", f"every row is right, and bears a time one window {edge}: does it say when its window begins{zone}?"
            )
    return None


def _as_in_a_zone(out: Output, minutes: int) -> int:
    """How many rows are what a clock so far ahead gives, 0 where some are not. Half of them may be missing, if Flink says it dropped so
    many: in some zones Flink 2.3 drops what is in time."""
    dropped = sum(m.count for m in out.moments if m.kind == "late")
    for answers in (out.moved(minutes * MINUTE).wanted, _named(out.wanted, minutes)):
        right = [key for key, rows in out.rows.items() if rows == [answers.get(key)]]
        gone = len(answers) - len(right)
        if len(right) == len(out.rows) and (gone == 0 or gone <= min(dropped, len(right))):
            return len(right)
    return 0


def _named(answers: Answers, minutes: int) -> Answers:
    """The same answers, their keys' times that much later; {} where no key has a time."""
    named = {tuple(_later(part, minutes) for part in key): value for key, value in answers.items()}
    return named if len(named) == len(answers) and _has_times(answers) else {}


def _has_times(answers: Answers) -> bool:
    return any(isinstance(part, str) and TIME.match(part) for key in answers for part in key[1:])


def _later(part: object, minutes: int) -> object:
    m = TIME.match(part) if isinstance(part, str) else None
    if m is None:
        return part
    at = (int(m["hours"]) * 60 + int(m["minutes"]) + minutes) % 1440
    return f"{at // 60:02}:{at % 60:02}"


def _offset(minutes: int) -> str:
    """For people: "+05:45"."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def window_of_key(key: Key) -> tuple[str, ...]:
    """The times in a key."""
    return tuple(part for part in key[1:] if isinstance(part, str) and TIME.match(part))


RECOGNISERS = [another_zone, cut_elsewhere, the_other_edge]
