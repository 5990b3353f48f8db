"""The same orders at three speeds: as they come, all at once in a replay, and all at once as another week's. The report must not differ."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from streamlings.checks import Failure, check
from streamlings.shop import ms
from streamlings.stage import shapes
from streamlings.stage.days import DAY_MS, fold
from streamlings.stage.stage import Stage

TUESDAY = "2019-06-04"
REPLAY, NEXT_WEEK = "the replay", "next week"
Report = dict[tuple[str, str], tuple[int, Decimal]]


def scenario(stage: Stage) -> None:
    """Two days of orders, one of which comes after midnight; a new job reads them once more; a week later they come again."""
    orders, daily, order, random = stage.topic("orders"), stage.topic("daily"), stage.shop.order, stage.shop.random
    ada, bob = stage.facts.customers = stage.shop.customers(2)
    stage.windows(minutes=1440)

    monday = [order(random.choice([ada, bob]), ms("08:00") + n * 7_000_000 + random.randrange(6_000_000)) for n in range(3)]
    monday += [order(ada, "20:15:10"), order(bob, "21:40:20")]
    send(stage, *monday, order(bob, "00:00:02", day=1))
    stage.settle(lambda: (stage.watermark() or 0) >= ms("23:59:57") - 1)
    stage.observe()
    stage.facts.late = order(ada, "23:59:58.5")
    send(stage, stage.facts.late, order(bob, "00:00:07", day=1))
    hint = "Monday's orders are there, and Tuesday has begun. By which clock would your job know that Monday is over?"
    daily.until(customer_id=ada, proves=day_is_reported, hint=hint)
    send(stage, order(ada, "10:30:05", day=1), order(ada, "00:00:20", day=2))
    stage.settle_behind(ms("00:00:15", day=2), lambda: all(daily.matching(customer_id=c, day=TUESDAY) for c in (ada, bob)))
    stage.facts.orders, stage.facts.live = list(orders.sent), list(daily.rows)

    stage.require(days_are_right)
    stage.replay(REPLAY)
    stage.settle_behind(ms("00:00:15", day=2), lambda: len(since(stage)) >= len(stage.facts.live))
    stage.facts.replayed = since(stage)

    stage.require(replay_gives_the_same)
    stage.act(NEXT_WEEK)
    stage.facts.moved = [o | {"timestamp": o["timestamp"] + 7 * DAY_MS} for o in orders.sent]
    last = order(bob, "00:00:40", day=9)
    orders.send(*stage.facts.moved, last, arrived=last["timestamp"])
    next_tuesday = day_of(stage.facts.moved[5])
    stage.settle_behind(ms("00:00:35", day=9), lambda: all(daily.matching(customer_id=c, day=next_tuesday) for c in (ada, bob)))


def send(stage: Stage, *events: dict) -> None:
    """Each comes to Kafka two seconds after the newest of those before it was placed, or after it was placed itself."""
    for event in events:
        newest = max(stage.topic("orders").newest.get(0, 0), event["timestamp"])
        stage.topic("orders").send(event, arrived=newest + 2_000)


def since(run: Stage) -> list[dict]:
    """The rows that came after those of the live report."""
    return run.topic("daily").rows[len(run.facts.live) :]


def day_of(order: dict) -> str:
    """ "2019-06-03": the day on which an order was placed, UTC."""
    return datetime.fromtimestamp(order["timestamp"] / 1000, UTC).strftime("%Y-%m-%d")


def report_of(orders: list[dict]) -> Report:
    """The oracle: by customer and day, how many orders were placed, and for how much."""
    totals: Report = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        count, revenue = totals[o["customer_id"], day_of(o)]
        totals[o["customer_id"], day_of(o)] = (count + 1, revenue + o["amount"])
    return dict(totals)


def of_closed_days(orders: list[dict]) -> list[dict]:
    """The orders without those of the newest day, which is not over yet."""
    newest = max(day_of(o) for o in orders)
    return [o for o in orders if day_of(o) != newest]


def rows_by_day(rows: list[dict]) -> dict[tuple[str, str], list[tuple[int, Decimal]]]:
    """What was reported, by customer and day."""
    return fold(((row.get("customer_id"), row.get("day")), (row.get("orders"), row.get("revenue"))) for row in rows)


def said(values: list[tuple[int, Decimal]]) -> str:
    return "  then  ".join(f"{count} {'order' if count == 1 else 'orders'}, {revenue}" for count, revenue in values) or "no row"


def compare(run: Stage, orders: list[dict], rows: list[dict], *, act: str, hint: str) -> None:
    """Raise Failure for the first closed day of a customer for which not exactly the row came that the oracle says."""
    closed = of_closed_days(orders)
    wanted, found = report_of(closed), rows_by_day(rows)
    for key in [*wanted, *sorted(found.keys() - wanted.keys(), key=str)]:
        if found.get(key) != [wanted.get(key)]:
            customer, day = key
            raise Failure(
                expected=f"{customer} {day}  {said([wanted[key]] if key in wanted else [])}",
                actual=f"{customer} {day}  {said(found.get(key, []))}",
                because=run.timeline(customer, act=act, limit=12),
                hint=what_it_looks_like(run, closed, {k: found[k] for k in found if k in wanted}, hint),
            )


def what_it_looks_like(run: Stage, orders: list[dict], found: dict, otherwise: str) -> str:
    """A hint: for a report that goes by the time of arrival, or from the shape of what came out."""
    late = run.facts.late["order_id"]
    as_it_came = [o | {"timestamp": o["timestamp"] + 10_000} if o["order_id"] == late else o for o in orders]
    if found == {key: [value] for key, value in report_of(as_it_came).items()}:
        return "the order of 23:59:58.5 counts on the day on which it came, two seconds after midnight. Which time is your event time?"
    if any(len(rows) > 1 for rows in found.values()):
        otherwise = "a day has a row for every order: the query goes on to correct itself. What would tell it that a day is over?"
    return shapes.hint(run, report_of, orders, found, otherwise=otherwise)


@check
def day_is_reported(run: Stage) -> None:
    """Monday is reported when Tuesday has begun, while the stream is open"""


@check(after=day_is_reported)
def days_are_right(run: Stage) -> None:
    """Each order counts on the day on which it was placed, also the one that came after midnight"""
    hint = "which orders belong to a day: those that were placed on it?"
    others = sorted({str(row.get("day")) for row in run.facts.live} - {day_of(o) for o in run.facts.orders})
    if others:
        hint = f"no order was placed on {others[0]}. By which clock is a row named, when its window has closed?"
    compare(run, run.facts.orders, run.facts.live, act="", hint=hint)


@check(after=days_are_right)
def replay_gives_the_same(run: Stage) -> None:
    """A replay gives the same report, though it reads in a moment what took two days"""
    hint = "the job was started anew, and the topic holds what it held. Where does your source begin to read, and what decides that?"
    compare(run, run.facts.orders, run.facts.replayed, act=REPLAY, hint=hint)


@check(after=replay_gives_the_same)
def another_week_gives_the_same(run: Stage) -> None:
    """The same orders, a week later and all at once, give the same report"""
    rows = [row for row in since(run)[len(run.facts.replayed) :] if str(row.get("day")) >= day_of(run.facts.moved[0])]
    compare(run, run.facts.moved, rows, act=NEXT_WEEK, hint="the orders are the same but for their day. What else does your job look at?")
