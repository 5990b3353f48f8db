"""Orders come up to 5 s late. The watermark's bound is graded from both sides, on a stream that stays open."""

from collections import defaultdict
from decimal import Decimal

from streamlings.checks import check
from streamlings.shop import time_of_day
from streamlings.stage import shapes
from streamlings.stage.days import Days, fold, unruly
from streamlings.stage.stage import Stage

MINUTE = 60_000


def scenario(stage: Stage) -> None:
    """Two customers; an order that is 4.9 s late, one that is 56 s late; then a day on which orders come in any order that is promised."""
    orders, totals, order = stage.topic("orders"), stage.topic("totals"), stage.shop.order
    ada, bob = stage.facts.customers = stage.shop.customers(2)
    stage.windows(minutes=1)

    counted = stage.facts.counted = [order(ada, "12:00:10"), order(ada, "12:00:50"), order(bob, "12:01:04.5")]
    orders.send(*counted)
    stage.until_watermark("12:00:59.5", proves=watermark_keeps_up, hint="how long do you wait for late orders, and how late may they be?")
    counted += [order(ada, "12:00:59.6"), order(bob, "12:01:08")]
    orders.send(*counted[-2:])
    totals.until(customer_id=ada, minute="12:00", proves=minute_is_reported)

    stage.facts.too_late, last = order(ada, "12:00:12"), order(bob, "12:02:10")
    counted += [last]
    orders.send(stage.facts.too_late, last)
    stage.until_watermark("12:02:04")
    totals.until(customer_id=bob, minute="12:01")

    say = "{0[0]} orders, {0[1]}".format
    days = stage.facts.days = Days(stage, "orders", "totals", oracle=minutes_of, found=minutes_in, say=say, bound_ms=5_000)
    days.play(unruly(order, stage.shop.random, first=780, windows=6, window_ms=MINUTE, late_ms=4_900), proves=unruly_day_adds_up)


def minutes_of(orders: list[dict]) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """The oracle: by customer and minute, how many orders were placed, and for how much."""
    totals: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        minute = (o["customer_id"], time_of_day(o["timestamp"] // MINUTE * MINUTE))
        count, revenue = totals[minute]
        totals[minute] = (count + 1, revenue + o["amount"])
    return dict(totals)


def minutes_in(rows: list[dict]) -> dict[tuple[str, str], list[tuple[int, Decimal]]]:
    """What was reported, by customer and minute."""
    return fold(((row.get("customer_id"), row.get("minute")), (row.get("orders"), row.get("revenue"))) for row in rows)


@check
def watermark_keeps_up(run: Stage) -> None:
    """The watermark stays no further behind the newest order than 5 s"""


@check(after=watermark_keeps_up)
def minute_is_reported(run: Stage) -> None:
    """12:00 is reported while orders keep coming"""


@check(after=minute_is_reported)
def five_seconds_late_counts(run: Stage) -> None:
    """An order that comes 4.9 s late is counted in its own minute"""
    ada, _ = run.facts.customers
    hint = shapes.hint(
        run,
        minutes_of,
        run.facts.counted,
        minutes_in(run.topic("totals").rows),
        uncounted=[run.facts.too_late],
        otherwise="which orders were there when the minute was reported, and which came after it?",
    )
    run.topic("totals").expect({"customer_id": ada, "minute": "12:00", "orders": 3}, because=run.timeline(ada), hint=hint)


@check(after=five_seconds_late_counts)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which orders come in any order within 4.9 s adds up; each minute is reported once"""
    run.facts.days.judge(hint="are orders dropped as late, or is a minute reported more than once?")
