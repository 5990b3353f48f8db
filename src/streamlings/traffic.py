"""The shop's never-ending traffic, as `run` sends it: orders, payments and clicks at a pace, some of them late, some twice."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from streamlings.shop import Event, Shop, ms

CUSTOMERS = 5
LATE_SHARE = 0.1
LATE_MS = 4_000
"""An event that is late is at most so late."""
TWICE = 0.01
"""So many of all events are sent twice: a producer that heard no answer sends again."""
PAGES = ("home", "search", "product", "basket", "checkout")
Sent = tuple[str, Event | bytes]
"""A topic, and what is sent to it."""


def never_ending_orders(shop: Shop) -> Iterator[Event]:
    """Orders of five customers, two seconds of the shop's time apart; one in ten comes up to 4 s late, one in five is not paid yet."""
    return (event for _, event in late(_visits(shop, {"orders"}), LATE_SHARE, shop.random) if not isinstance(event, bytes))


def shop_traffic(shop: Shop, topics: set[str]) -> Iterator[Sent]:
    """Orders as above, but in time and only once; with the clicks before, and the payments behind them, where there are such topics."""
    return _visits(shop, topics)


def _visits(shop: Shop, topics: set[str]) -> Iterator[Sent]:
    customers, at = shop.customers(CUSTOMERS), ms("12:00:00")
    while True:
        at += 2_000
        customer = shop.random.choice(customers)
        order = shop.order(customer, at, status="PAID" if shop.random.random() < 0.8 else "CREATED")
        if "clicks" in topics:
            for before in (1_500, 1_000, 500):
                yield "clicks", {"customer_id": customer, "page": shop.random.choice(PAGES), "timestamp": at - before}
        yield "orders", order
        if "payments" in topics and order["status"] == "PAID":
            yield "payments", {name: order[name] for name in ("order_id", "customer_id", "amount")} | {"timestamp": at + 500}


def late(events: Iterable[Sent], share: float, draw: random.Random) -> Iterator[Sent]:
    """The same events; a share of them bears a time that lies up to LATE_MS before the newest that has been sent by then."""
    newest: int | None = None
    for topic, event in events:
        at = None if isinstance(event, bytes) else event.get("timestamp")
        if isinstance(event, bytes) or not isinstance(at, int):
            yield topic, event
            continue
        if newest is not None and draw.random() < share:
            at = newest - draw.randrange(500, LATE_MS)
        newest = max(at, newest or at)
        yield topic, event | {"timestamp": at}


def some_twice(events: Iterable[Sent], draw: random.Random) -> Iterator[Sent]:
    """The same events, one in a hundred of them two times."""
    for sent in events:
        yield sent
        if draw.random() < TWICE:
            yield sent


class Pace:
    """How many events are due: `rate` per second on average, with the gaps between them that independent customers make."""

    def __init__(self, rate: float, draw: random.Random, now: float) -> None:
        self._rate, self._draw = rate, draw
        self._next = now

    def due(self, now: float, *, at_most: int = 2_000) -> int:
        """How many since the last call. What could not be sent in time is not made up for: a shop's customers do not queue."""
        found = 0
        while self._next <= now and found < at_most:
            self._next += self._draw.expovariate(self._rate)
            found += 1
        if found == at_most:
            self._next = now
        return found
