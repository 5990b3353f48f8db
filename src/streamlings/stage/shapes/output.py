"""What came out of a program, beside what must: what a shape is recognised from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from streamlings.shop import Event, clock
from streamlings.stage.timeline import Moment, Timeline

Key = tuple[Any, ...]
Answers = dict[Key, Any]
Oracle = Callable[[list[Event]], Answers]
Window = tuple[int, int]


@dataclass(frozen=True)
class Shape:
    """What a wrong output looks like, in a word or two, and the one hint that follows from it."""

    name: str
    hint: str


@dataclass(frozen=True)
class Output:
    """`oracle` answers for some events, by key, what must come out; `found` lists by key the values that did, in the order of the rows.

    A key begins with whom it is about (a customer), and names its window, if it has one, by the time of day at which that begins
    ("12:00"). `events` are those that count, in the order in which they were sent, `uncounted` those that were sent and must not count.
    Rows about anybody else are not looked at. Events are known to the timeline by identity.
    """

    oracle: Oracle
    events: list[Event]
    found: dict[Key, list[Any]]
    timeline: Timeline = field(default_factory=Timeline)
    uncounted: list[Event] = field(default_factory=list)
    shown: Key | None = None
    """The key that the learner is shown: a hint names it before others."""

    @cached_property
    def wanted(self) -> Answers:
        return self.oracle(self.events)

    @cached_property
    def rows(self) -> dict[Key, list[Any]]:
        """What was found about those of whom the events are."""
        about = {key[0] for key in self.oracle(self.all_events)}
        return {key: values for key, values in self.found.items() if key and key[0] in about and values}

    @cached_property
    def all_events(self) -> list[Event]:
        """Those that count and those that do not, in the order in which they were sent."""
        place = {id(m.row): n for n, m in enumerate(self.sent)}
        return sorted([*self.events, *self.uncounted], key=lambda e: place.get(id(e), len(place)))

    @cached_property
    def moments(self) -> list[Moment]:
        """The timeline's, which sorts them each time it is asked."""
        return self.timeline.moments

    @cached_property
    def sent(self) -> list[Moment]:
        """When each event was sent."""
        ours = {id(event) for event in [*self.events, *self.uncounted]}
        return [m for m in self.moments if m.kind == "sent" and id(m.row) in ours]

    @cached_property
    def wrong(self) -> list[Key]:
        """The keys for which not exactly one row, with the right value, came out: in the oracle's order, then those it does not know."""
        keys = [*self.wanted, *sorted(self.rows.keys() - self.wanted.keys(), key=str)]
        wrong = [key for key in keys if key not in self.wanted or self.rows.get(key) != [self.wanted[key]]]
        return sorted(wrong, key=lambda key: key != self.shown)

    @property
    def only_missing(self) -> list[Key]:
        """The keys without a row, where nothing else is wrong."""
        return self.wrong if all(key in self.wanted and not self.rows.get(key) for key in self.wrong) else []

    def is_just(self, answers: Answers) -> bool:
        """Whether exactly this came out, each key once."""
        return self.rows == {key: [value] for key, value in answers.items()}

    def of_key(self, key: Key, events: list[Event]) -> list[Event]:
        """Those of the events that belong to a key."""
        return [event for event in events if key in self._keys[id(event)]]

    @cached_property
    def _keys(self) -> dict[int, set[Key]]:
        """The keys that each event belongs to."""
        return {id(event): set(self.oracle([event])) for event in [*self.events, *self.uncounted]}

    @cached_property
    def late(self) -> set[int]:
        """Events, by identity, that came behind a newer one."""
        newest, found = 0, set()
        for m in self.moments:
            if m.kind == "sent" and m.at is not None:
                if m.at < newest:
                    found.add(id(m.row))
                newest = max(newest, m.at)
        return found

    def moved(self, offset_ms: int) -> Output:
        """The same, had every event happened that much later."""
        return replace(self, events=[event | {"timestamp": event["timestamp"] + offset_ms} for event in self.events])

    def window_of(self, event: Event) -> Window | None:
        """Where the event's window begins and ends, epoch ms; None where the task speaks of no windows."""
        size = self.timeline.window_ms
        return (event["timestamp"] // size * size, event["timestamp"] // size * size + size) if size else None


def numbers(value: Any) -> list[Decimal] | None:
    """A value's numbers: that of one number, or those of a tuple of nothing else. None for others, and for NaN."""
    parts = value if isinstance(value, tuple | list) else (value,)
    if not parts or not all(isinstance(part, int | float | Decimal) and not isinstance(part, bool) for part in parts):
        return None
    found = [Decimal(str(part)) for part in parts]
    return found if all(number.is_finite() for number in found) else None


def total(values: list[Any]) -> list[Decimal] | None:
    """The sum of values, number by number; None where some cannot be added."""
    rows = [numbers(value) for value in values]
    if not rows or any(row is None or len(row) != len(rows[0] or []) for row in rows):
        return None
    return [sum(column, Decimal(0)) for column in zip(*(row for row in rows if row), strict=True)]


def name(key: Key) -> str:
    """A key for people: "ada 12:00"."""
    return " ".join(map(str, key))


def names(events: list[Event]) -> str:
    """Events for people, by customer, time and amount; of many, the first."""
    first = " and ".join(_name(event) for event in events[:2])
    return first if len(events) < 3 else f"{len(events)} events, from {_name(events[0])} on"


def _name(event: Event) -> str:
    at = clock(event["timestamp"]).rpartition(" ")[2] if isinstance(event.get("timestamp"), int) else ""
    return " ".join(str(word) for word in (event.get("customer_id"), event.get("amount"), f"of {at}" if at else "") if word)
