"""Adversaries: a further day on the same running job, on which events come in any order that the task allows.

Each case has customers of its own, so that its rows tell which case they belong to. One job answers them all: a case costs some barriers
at most, and no restart. What must come out is said by a plain-Python oracle. A case that goes wrong can be played again on one more day
with fewer events, and so be shortened.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

from streamlings.checks import Check, Failure
from streamlings.shop import Event, ms
from streamlings.stage import shapes
from streamlings.stage.records import Row
from streamlings.stage.story import story

if TYPE_CHECKING:
    from streamlings.stage.stage import Stage

DAY_MS = 86_400_000
LATE_BARRIERS = 3
"""Before how many of a day's latest events the scenario waits for the watermark: sent in one go, an order hardly is late for anybody."""

Key = tuple[str, ...]
Answers = dict[Key, Any]


@dataclass(frozen=True)
class Case:
    """Events in the order in which they are sent, of customers that are in no other case. `act` is where the timeline tells of them."""

    title: str
    act: str
    events: tuple[Event, ...]

    @property
    def customers(self) -> set[str]:
        return {event["customer_id"] for event in self.events}


@dataclass
class Days:
    """`oracle` answers for some events, by key, what must come out; `found` lists by key what did, given rows; `say` puts such a value into
    words. A key is a tuple that begins with the customer. `bound_ms` is how late an event may come.

    Where the job has no event time, `until` says whether the rows of the day's last orders are there, one order in each partition.
    """

    stage: Stage
    topic: str
    output: str
    oracle: Callable[[list[Event]], Answers]
    found: Callable[[list[Row]], dict[Key, list[Any]]]
    say: Callable[[Any], str]
    bound_ms: int = 0
    until: Callable[[list[Event]], bool] | None = None

    def __post_init__(self) -> None:
        self.cases: list[Case] = []
        self._day = 0

    def play(self, cases: dict[str, list[Event]], *, proves: Check | None = None) -> None:
        """Send the events of each case, one case after the other on one day, and let the day end. `judge` says what was wrong."""
        self.cases += self._play("an unruly day", cases)
        self.stage.until(lambda: True, "the end of that day", proves=proves)

    def judge(self, *, hint: str) -> None:
        """Raise Failure for the first case that did not give what the oracle says; it can be shortened. `hint` is for a wrong output
        whose shape says nothing."""
        for case in self.cases:
            key = self._wrong(case)
            if key is not None:
                raise self._failure(case, key, hint)

    def _play(self, act: str, cases: dict[str, list[Event]]) -> list[Case]:
        self._day += 1
        self.stage.act(act)
        played = [
            Case(title, act, tuple(self._moved(event, f"{self._day}{chr(ord('a') + n)}") for event in events))
            for n, (title, events) in enumerate(cases.items())
        ]
        topic = self.stage.topic(self.topic)
        for nth, wave in enumerate(_waves([event for case in played for event in case.events])):
            newest = max(topic.newest.values(), default=0)
            if nth and self.until is None:
                topic.tick(newest)
                self.stage.settle(lambda newest=newest: self._watermark_is_behind(newest))  # type: ignore[misc]
            topic.send(*wave)
        ticks = self.stage.topic(self.topic).tick(ms("23:59", day=self._day))
        self.stage.settle(lambda: self.until(ticks) if self.until else self._watermark_is_behind(ms("23:59", day=self._day)))
        self.stage.observe()
        return played

    def _moved(self, event: Event, mark: str) -> Event:
        """The same event on the current day, from a customer who orders in no other case. Played once more it is another order."""
        name, _, _ = event["customer_id"].partition("-")
        if self._day > 1 and "order_id" in event:
            event = event | {"order_id": f"{event['order_id']}-{mark}"}
        return event | {"customer_id": f"{name}-{mark}", "timestamp": event["timestamp"] % DAY_MS + ms("00:00", day=self._day)}

    def _watermark_is_behind(self, newest: int) -> bool:
        """By the bound, and no more."""
        return (self.stage.watermark() or 0) >= newest - self.bound_ms - 1

    def _wrong(self, case: Case) -> Key | None:
        """The first key for which not exactly what the oracle says came out; None where all is right."""
        wanted, found = self.oracle(list(case.events)), self._found(case)
        keys = [*wanted, *sorted(found.keys() - wanted.keys(), key=str)]
        return next((key for key in keys if found.get(key) != [wanted.get(key)]), None)

    def _found(self, case: Case) -> dict[Key, list[Any]]:
        return self.found([row for row in self.stage.topic(self.output).rows if str(row.get("customer_id")) in case.customers])

    def _said(self, case: Case, key: Key) -> tuple[str, str]:
        """Expected and actual, in words."""
        wanted, found = self.oracle(list(case.events)).get(key), self._found(case).get(key, [])
        name = " ".join(map(str, key))
        expected = "no row" if wanted is None else self.say(wanted)
        return f"{name}  {expected}", f"{name}  {'  then  '.join(map(self.say, found)) or 'no row'}"

    def _failure(self, case: Case, key: Key, hint: str) -> Failure:
        expected, actual = self._said(case, key)
        hint = shapes.hint(self.stage, self.oracle, list(case.events), self._found(case), otherwise=hint)
        because = [f"{case.title}:", *story(self.stage.timeline_, key[0], act=case.act, limit=10)]
        return Failure(
            expected=expected, actual=actual, because=because, hint=hint, shorten=lambda seconds: self._shorten(case, key, seconds)
        )

    def _shorten(self, case: Case, key: Key, seconds: float) -> list[str]:
        """The shortest stream found within that time that still goes wrong, as lines; [] where none is shorter and still does."""
        end = time.monotonic() + seconds
        worst: Case | None = None

        def fails(events: list[Event]) -> bool:
            nonlocal worst
            if time.monotonic() > end:
                return False
            (played,) = self._play(f"{len(events)} of {len(case.events)} events, day {self._day + 1}", {case.title: events})
            self.stage.collect()
            wrong = self._wrong(played) is not None
            worst = played if wrong else worst
            return wrong

        events = list(case.events)
        of_customer = [event for event in events if event["customer_id"] == key[0]]
        shorter(of_customer if len(of_customer) < len(events) and fails(of_customer) else events, fails)
        if worst is None or (wrong := self._wrong(worst)) is None:
            return []
        expected, actual = self._said(worst, wrong)
        return [*story(self.stage.timeline_, act=worst.act, limit=20), "", f"expected  {expected}", f"got       {actual}"]


def shorter(items: list[Any], fails: Callable[[list[Any]], bool]) -> list[Any]:
    """`items` without what is not needed for `fails` to stay true: halves are left out, then quarters, down to single ones."""
    size = max(1, len(items) // 2)
    while True:
        end, removed = len(items), False
        while end > 0:
            without = items[: max(0, end - size)] + items[end:]
            if without and fails(without):
                items, removed = without, True
            end = min(end - size, len(items))
        if size == 1 and not removed:
            return items
        size = max(1, size // 2)


def _waves(events: list[Event]) -> list[list[Event]]:
    """The events, cut before the latest ones."""
    newest, lateness = 0, [0] * len(events)
    for n, event in enumerate(events):
        lateness[n] = max(0, newest - event["timestamp"])
        newest = max(newest, event["timestamp"])
    latest = sorted(range(len(events)), key=lambda n: -lateness[n])[:LATE_BARRIERS]
    cuts = [0, *sorted(n for n in latest if lateness[n]), len(events)]
    return [events[a:b] for a, b in pairwise(cuts) if a < b]


def unruly(
    order: Callable[..., Event], random: Random, *, first: int, windows: int, window_ms: int, late_ms: int
) -> dict[str, list[Event]]:
    """Cases for windows in event time, from the `first` window of a day on: orders of two customers, none within 1 s of a window's edge,
    none more than `late_ms` late."""

    def at(window: int, share: float) -> int:
        return window * window_ms + 1000 + int(share * (window_ms - 2000))

    names = ("ada", "bob")
    many = range(first, first + windows)
    shuffled = [order(name, at(w, random.random())) for w in many for name in names for _ in range(random.randint(1, 4))]
    shuffled.sort(key=lambda event: event["timestamp"] + random.randint(0, late_ms))
    start = [at(w + windows + 1, random.random() * 0.5) for w in many]
    backwards = [order(random.choice(names), t + step) for t in start for step in range(late_ms, -1, -late_ms // 3)]
    at_once = [order(name, at(first + 2 * windows + 2, 0.3)) for name in names for _ in range(random.randint(3, 6))]
    quiet = first + 2 * windows + 4
    sparse = [order(names[0], at(quiet, 0.5)), order(names[1], at(quiet + 3 * 3_600_000 // window_ms, 0.5))]
    return {
        f"shuffled within {late_ms / 1000:g} s": shuffled,
        "backwards, a few seconds at a time": backwards,
        "many at the same millisecond": at_once,
        "three quiet hours": sparse,
    }


def fold(pairs: Iterable[tuple[Key, Any]]) -> dict[Key, list[Any]]:
    """All values of each key, in order. Of a key that a program made of something else than texts and numbers, the text."""
    found: dict[Key, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[tuple(part if isinstance(part, Hashable) else str(part) for part in key)].append(value)
    return found
