"""Shapes of a key that has more rows than one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from streamlings.stage.shapes.output import Key, Output, Shape, name, names, numbers, total


def a_row_for_every_event(out: Output) -> Shape | None:
    """Each row is what the events up to one of them give, and every event has one."""
    keys = _all_wrong(out, lambda key: any(out.rows.get(key) == steps for steps in _running(out, key) if len(steps) > 1))
    if not keys:
        return None
    return Shape(
        "a row for every event",
        f"{name(keys[0])} has a row for every event, each replacing the one before: this query does not wait until it has seen all of a "
        "window. What is it grouped by?",
    )


def updates(out: Output) -> Shape | None:
    """Early answers, of which the last is right: each is what the events up to some of them give, but not every event has one."""

    def fits(key: Key) -> bool:
        rows = out.rows.get(key, [])
        return (
            len(rows) > 1
            and rows[-1] == out.wanted.get(key)
            and any(len(rows) < len(s) and _is_part_of(rows, s) for s in _running(out, key))
        )

    keys = _all_wrong(out, fits)
    if not keys:
        return None
    count = len(out.rows[keys[0]])
    return Shape("updates", f"{name(keys[0])} was answered {count} times, and only the last is final: what made it answer before?")


def old_and_new_values(out: Output) -> Shape | None:
    """A changelog's rows: what is taken back stands beside what replaces it."""

    def fits(key: Key) -> bool:
        rows = out.rows.get(key, [])
        collapsed = [value for value, _ in groupby(rows)]
        return any(len(s) > 1 and collapsed == s and len(rows) == 2 * len(s) - 1 for s in _running(out, key))

    keys = _all_wrong(out, fits)
    if not keys:
        return None
    return Shape(
        "old and new values",
        f"between two values of {name(keys[0])} the old one comes once more: an update takes it back before it puts the new one. What "
        "tells such rows apart?",
    )


def updates_added_up(out: Output) -> Shape | None:
    """One value each, the sum of all the values that an updating query gave on its way."""

    def fits(key: Key) -> bool:
        rows = out.rows.get(key, [])
        return len(rows) == 1 and any(len(s) > 1 and numbers(rows[0]) == total(s) for s in _running(out, key))

    keys = _all_wrong(out, fits)
    if not keys:
        return None
    return Shape(
        "updates added up", f"{name(keys[0])} is the sum of all its updates: is a new value added to the old, or put in its place?"
    )


def parts(out: Output) -> Shape | None:
    """Several rows, each with some of the events, together with all of them."""

    def fits(key: Key) -> bool:
        rows, wanted = out.rows.get(key, []), out.wanted.get(key)
        if not 1 < len(rows) <= len(out.of_key(key, out.events)) or any(row == wanted for row in rows):
            return False
        return wanted is not None and total(rows) is not None and total(rows) == numbers(wanted)

    keys = _all_wrong(out, fits)
    if not keys:
        return None
    count = len(out.rows[keys[0]])
    return Shape("parts", f"{count} rows share {name(keys[0])}, each with some of its events: by what else is the query grouped?")


def duplicates(out: Output) -> Shape | None:
    """The right row, more than once."""
    keys = _all_wrong(out, lambda k: k in out.wanted and len(out.rows.get(k, [])) > 1 and all(v == out.wanted[k] for v in out.rows[k]))
    if not keys:
        return None
    killed = any(m.kind == "kill" for m in out.moments)
    which = "each row is there" if len(keys) == len(out.wanted) else f"the row of {name(keys[0])} is there"
    times = "twice" if len(out.rows[keys[0]]) == 2 else f"{len(out.rows[keys[0]])} times"
    asked = "what was written before the kill, and once more after it?" if killed else "what writes it a second time?"
    return Shape("duplicates", f"{which} {times}, the same: {asked}")


def counted_all_the_same(out: Output) -> Shape | None:
    """What came out is right for the events that count and some that must not; each key has one row, or a corrected one behind it."""
    if not out.uncounted or not out.wrong:
        return None
    blamed = []
    for key in out.wrong:
        rows, theirs = out.rows.get(key, []), out.of_key(key, out.uncounted)
        with_theirs = out.oracle([*out.of_key(key, out.events), *theirs]).get(key)
        if not theirs or rows not in ([with_theirs], [out.wanted.get(key), with_theirs]):
            return None
        blamed += theirs
    corrected = any(len(out.rows[key]) > 1 for key in out.wrong)
    asked = "what was reported before is corrected. Was it not final?" if corrected else "should it?"
    return Shape("counted all the same", f"{names(blamed)} counts: {asked}")


def _all_wrong(out: Output, fits: Callable[[Key], bool]) -> list[Key]:
    """The wrong keys, if all of them fit; else none."""
    return out.wrong if all(fits(key) for key in out.wrong) else []


def _running(out: Output, key: Key) -> list[list[Any]]:
    """What a key's events give one after the other, without those that must not count, and with them."""
    of_key = {id(event) for event in out.of_key(key, out.all_events)}
    counting = {id(event) for event in out.events}
    every = [event for event in out.all_events if id(event) in of_key]
    orders = [[event for event in every if id(event) in counting], every]
    found = [[out.oracle(events[: n + 1]).get(key) for n in range(len(events))] for events in orders]
    return found if found[0] != found[1] else found[:1]


def _is_part_of(rows: list[Any], steps: list[Any]) -> bool:
    """Whether the rows are some of the steps, in their order."""
    left = iter(steps)
    return all(row in left for row in rows)


RECOGNISERS = [a_row_for_every_event, updates, old_and_new_values, updates_added_up, parts, duplicates, counted_all_the_same]
