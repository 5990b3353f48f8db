"""Harbour's data: seeded customers, orders and their times. The same seed gives the same events; nothing here knows today's date."""

from __future__ import annotations

import random
import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

DAY = datetime(2019, 6, 3, tzinfo=UTC)
"""The day on which every scenario plays: a Monday far from today, so that a program that looks at the clock shows it."""

NAMES = [
    "ada", "alan", "barbara", "bob", "carol", "clara", "donald", "edsger", "frances", "grace",
    "hedy", "ivan", "jean", "joan", "kateryna", "leslie", "margaret", "niklaus", "radia", "sophie",
]  # fmt: skip

TICK = "tick"
"""Customers of this name (tick-0, tick-1...) order only so that time passes in a partition."""

Event = dict[str, Any]


@lru_cache(maxsize=4096)
def ms(at: str, *, day: int = 0) -> int:
    """Epoch milliseconds of a time such as "12:00:10" or "12:00:10.250" on the scenario's day (or `day` days later)."""
    clock, _, fraction = at.partition(".")
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    moment = DAY + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return int(moment.timestamp()) * 1000 + int((fraction + "000")[:3])


def clock(epoch_ms: int) -> str:
    """The inverse of `ms`, for people: "12:00:10", with milliseconds only where there are some, with the day where it is not day 0.
    Far away, as where seconds were taken for milliseconds, only "the year 51390"."""
    try:
        moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"the year {1970 + epoch_ms // 31_556_952_000}"
    if not timedelta(days=-2) < moment - DAY < timedelta(days=400):
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    days = (moment - DAY).days
    text = moment.strftime("%H:%M:%S") + (f".{epoch_ms % 1000:03d}".rstrip("0") if epoch_ms % 1000 else "")
    return f"day {days + 1} {text}" if days else text


def time_of_day(epoch_ms: int) -> str:
    """ "12:00": hour and minute, UTC."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%H:%M")


def draw_seed() -> int:
    """A seed of twelve digits: too many for a program to find out, from the first events, which one makes the others."""
    return 10**11 + secrets.randbelow(9 * 10**11)


def shown(value: object) -> str:
    """A value for people: money always with its cents, which JSON may leave out (12.50 travels as 12.5, from Flink 140.00 as 1.4E+2)."""
    cents = isinstance(value, Decimal) and value.is_finite() and -2 < int(value.as_tuple().exponent) < 10
    return f"{value:.2f}" if cents else str(value)


class Shop:
    """Makes events. Order ids, customers and amounts come from the seed, so that no answer can be known beforehand."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._orders = 0

    def customers(self, count: int) -> list[str]:
        """`count` different customer names."""
        return self.random.sample(NAMES, count)

    def amount(self) -> Decimal:
        """An amount of money from 1.00 to 250.00, with cents."""
        return Decimal(self.random.randint(100, 25_000)) / 100

    def order(self, customer: str, at: str | int, *, status: str = "PAID", amount: Decimal | None = None, day: int = 0) -> Event:
        """An OrderEvent as it goes over the wire: `timestamp` is when the order was placed, epoch milliseconds UTC."""
        self._orders += 1
        return {
            "order_id": f"o-{self.random.randrange(16**6):06x}-{self._orders}",
            "customer_id": customer,
            "amount": self.amount() if amount is None else amount,
            "timestamp": at if isinstance(at, int) else ms(at, day=day),
            "status": status,
        }
