"""The shop's never-ending traffic: seeded, late where it should be, and at its pace."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from streamlings.shop import Shop
from streamlings.traffic import LATE_MS, Pace, late, never_ending_orders, shop_traffic, some_twice

N = 5_000


def lateness(times: list[int]) -> list[int]:
    newest, found = 0, []
    for at in times:
        found.append(max(0, newest - at))
        newest = max(newest, at)
    return found


def times(share: float, seed: int = 7) -> list[int]:
    events = late(shop_traffic(Shop(seed), {"orders"}), share, random.Random(seed))
    return [event["timestamp"] for _, event in islice(events, N) if isinstance(event, dict)]


def test_the_same_seed_sends_the_same() -> None:
    first, again, other = ([e["order_id"] for e in islice(never_ending_orders(Shop(seed)), 50)] for seed in (7, 7, 8))
    assert first == again != other


@pytest.mark.parametrize("share", [0, 0.1, 0.5])
def test_a_share_is_late_and_within_its_bound(share: float) -> None:
    found = lateness(times(share))
    assert max(found) <= LATE_MS
    assert (max(found) > 0) == (share > 0)
    assert sum(x > 0 for x in found) / N == pytest.approx(share, abs=0.03)


def test_some_come_twice() -> None:
    ids = [e["order_id"] for _, e in islice(some_twice(shop_traffic(Shop(7), {"orders"}), random.Random(7)), N) if isinstance(e, dict)]
    assert 0 < len(ids) - len(set(ids)) < 0.03 * N


def test_clicks_come_before_an_order_and_its_payment_behind() -> None:
    events = list(islice(shop_traffic(Shop(7), {"orders", "payments", "clicks"}), 50))
    orders = {e["order_id"]: e for topic, e in events if topic == "orders" and isinstance(e, dict)}
    payments = [e for topic, e in events if topic == "payments" and isinstance(e, dict)]
    assert payments and all(
        p["amount"] == orders[p["order_id"]]["amount"] and p["timestamp"] > orders[p["order_id"]]["timestamp"] for p in payments
    )
    assert [topic for topic, _ in events[:4]] == ["clicks", "clicks", "clicks", "orders"]


@pytest.mark.parametrize("rate", [1, 50, 3_000])
def test_the_pace_is_the_rate_on_average(rate: float) -> None:
    pace = Pace(rate, random.Random(7), 0.0)
    sent = sum(pace.due(step / 10) for step in range(1, 1_001))
    assert sent == pytest.approx(100 * rate, rel=0.2 if rate < 10 else 0.05)


def test_what_could_not_be_sent_is_not_made_up_for() -> None:
    pace = Pace(1_000, random.Random(7), 0.0)
    assert pace.due(60.0) == 2_000
    assert pace.due(60.1) < 300
