"""Orders come up to 5 s late. The watermark's bound is graded from both sides, on a stream that stays open."""

from collections import defaultdict
from decimal import Decimal

from streamlings.checks import Failure, check
from streamlings.shop import clock
from streamlings.stage.stage import Stage

MINUTE = 60_000


def scenario(stage: Stage) -> None:
    """Two customers; an order that is 4.9 s late, one that is 56 s late; then ten busy minutes, shuffled within 4.9 s."""
    orders, totals, order = stage.topic("orders"), stage.topic("totals"), stage.shop.order
    ada, bob = stage.facts.customers = stage.shop.customers(2)
    stage.windows(minutes=1)

    orders.send(order(ada, "12:00:10"), order(ada, "12:00:50"), order(bob, "12:01:04.5"))
    stage.until_watermark("12:00:59.5", proves=watermark_keeps_up, hint="how long do you wait for late orders, and how late may they be?")
    orders.send(order(ada, "12:00:59.6"), order(bob, "12:01:08"))
    totals.until(customer_id=ada, minute="12:00", proves=minute_is_reported)

    orders.send(order(ada, "12:00:12"), order(bob, "12:02:10"))
    stage.until_watermark("12:02:04")
    totals.until(customer_id=bob, minute="12:01")

    stage.act("ten busy minutes")
    stage.facts.busy = shuffled(stage, customers=[ada, bob], minutes=range(10, 20), lateness_ms=4_900)
    orders.send(*stage.facts.busy, order(bob, "12:30:30"))
    stage.until_watermark("12:30:25")
    totals.until(minute="12:19", proves=busy_minutes_add_up)


def shuffled(stage: Stage, *, customers: list[str], minutes: range, lateness_ms: int) -> list[dict]:
    """Orders over these minutes, each delayed by at most `lateness_ms`; every customer orders in every minute."""
    random, order = stage.shop.random, stage.shop.order
    orders = [order(c, f"12:{m}:{random.randrange(60):02}") for m in minutes for c in customers for _ in range(random.randint(1, 5))]
    return sorted(orders, key=lambda o: o["timestamp"] + random.randint(0, lateness_ms))


def minutes_of(orders: list[dict]) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """The oracle: by customer and minute, how many orders were placed, and for how much."""
    totals: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        minute = (o["customer_id"], clock(o["timestamp"] // MINUTE * MINUTE)[:5])
        count, revenue = totals[minute]
        totals[minute] = (count + 1, revenue + o["amount"])
    return dict(totals)


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
    run.topic("totals").expect(
        {"customer_id": ada, "minute": "12:00", "orders": 3},
        because=run.timeline(ada),
        hint="when that order came, the watermark had passed the end of its minute. How late may an order be?",
    )


@check(after=five_seconds_late_counts)
def busy_minutes_add_up(run: Stage) -> None:
    """Ten busy minutes, shuffled within 4.9 s, add up; each minute is reported once"""
    wanted = minutes_of(run.facts.busy)
    found: dict[tuple[str, str], list[tuple[int, Decimal]]] = defaultdict(list)
    for row in run.topic("totals").rows:
        if row["minute"] >= "12:10":
            found[row["customer_id"], row["minute"]].append((row["orders"], row["revenue"]))
    for minute in sorted(wanted.keys() | found.keys()):
        if found[minute] != [wanted.get(minute)]:
            got = "  then  ".join(f"{count} orders, {revenue}" for count, revenue in found[minute]) or "no row"
            count, revenue = wanted.get(minute, (0, 0))
            raise Failure(
                expected=f"{' '.join(minute)}  {count} orders, {revenue}",
                actual=f"{' '.join(minute)}  {got}",
                because=run.timeline(*minute, act="ten busy minutes", limit=8),
                hint="are orders dropped as late, or is a minute reported more than once?",
            )
