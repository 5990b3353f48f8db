"""One row per customer and hour, exact, final, and forgotten afterwards: judged by what comes out and by what the state holds."""

from collections import defaultdict
from decimal import Decimal

from streamlings.checks import Failure, check, expect
from streamlings.shop import time_of_day
from streamlings.stage import shapes
from streamlings.stage.days import Days, fold, unruly
from streamlings.stage.stage import Stage

HOUR = 3_600_000
GUESTS = 300
IN_TIME = "an order that is 4.8 s late"
FORGOTTEN_BYTES = 30
"""A checkpoint's size varies by some kilobytes; a query that remembers its guests keeps more than 100 bytes of each (as measured here)."""


def scenario(stage: Stage) -> None:
    """Two customers over some hours, an order that comes hours late, one that is 4.8 s late, an hour of guests who never come back."""
    orders, hourly, order = stage.topic("orders"), stage.topic("hourly"), stage.shop.order
    ada, bob = stage.facts.customers = stage.shop.customers(2)
    stage.windows(minutes=60)
    wholesale = [Decimal(stage.shop.random.randrange(100_000_000, 999_999_999)) / 100 for _ in range(3)]

    counted = [order(ada, "12:00", amount=Decimal("0.10")), order(ada, "12:20", amount=Decimal("0.20"))]
    counted += [order(bob, f"12:{minute}", amount=amount) for minute, amount in zip((10, 30, 59), wholesale, strict=True)]
    counted += [order(bob, f"13:{10 + n}") for n in range(stage.shop.random.randint(1, 5))]
    counted += [order(ada, "14:00:10")]
    orders.send(*counted)
    orders.tick("14:00:10")
    hourly.until(customer_id=bob, proves=hours_are_reported_live, hint="its watermark is past 13:00: when does your window end?")
    stage.until_watermark("14:00:05")

    stage.facts.late = order(ada, "12:45")
    counted += [order(ada, "15:20:10")]
    orders.send(stage.facts.late, counted[-1])
    orders.tick("15:20:10")
    stage.until_watermark("15:20:05")

    stage.act(IN_TIME)
    counted += [order(ada, "16:00:03.4"), order(ada, "15:59:58.6"), order(ada, "16:00:10")]
    orders.send(counted[-3])
    orders.tick("16:00:03.4")
    stage.until_watermark("15:59:58.4")
    orders.send(*counted[-2:])
    orders.tick("16:00:10")
    stage.until_watermark("16:00:05")
    stage.facts.counted = counted
    stage.facts.bytes_before = stage.checkpoint_bytes()

    stage.act("many guests")
    orders.send(*(order(f"guest-{n}", f"16:{n % 50:02}") for n in range(GUESTS)))
    orders.tick("18:00:10")
    stage.until_watermark("18:00:05")
    hourly.until(customer_id=f"guest-{GUESTS - 1}")
    stage.facts.bytes_after = stage.checkpoint_bytes()

    say = "{0[0]} orders, {0[1]}".format
    days = stage.facts.days = Days(stage, "orders", "hourly", oracle=hours_of, found=hours_in, say=say, bound_ms=5_000)
    days.play(unruly(order, stage.shop.random, first=1, windows=4, window_ms=HOUR, late_ms=4_900), proves=unruly_day_adds_up)


def hours_of(orders: list[dict]) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """The oracle: by customer and hour, how many orders were placed, and for how much."""
    totals: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        hour = (o["customer_id"], time_of_day(o["timestamp"] // HOUR * HOUR))
        count, revenue = totals[hour]
        totals[hour] = (count + 1, revenue + o["amount"])
    return dict(totals)


def hours_in(rows: list[dict]) -> dict[tuple[str, str], list[tuple[int, Decimal]]]:
    """What was reported, by customer and hour."""
    return fold(((row.get("customer_id"), row.get("hour")), (row.get("orders"), row.get("revenue"))) for row in rows)


def what_its_shape_says(run: Stage, otherwise: str, shown: tuple[str, str] | None = None) -> str:
    """A hint, from all rows of the two customers; `shown` is the one that the learner sees."""
    found = hours_in(run.topic("hourly").rows)
    return shapes.hint(run, hours_of, run.facts.counted, found, uncounted=[run.facts.late], shown=shown, otherwise=otherwise)


def story_of(run: Stage, customer: str, hour: str) -> list[str]:
    """What happened, as far as it decides a customer's hour."""
    return run.timeline(customer, window=hour, act=IN_TIME if hour in ("15:00", "16:00") else "", limit=12)


@check
def hours_are_reported_live(run: Stage) -> None:
    """Hours are reported while the stream is open"""


@check(after=hours_are_reported_live)
def one_row_an_hour(run: Stage) -> None:
    """Each customer's hour is one row, final when it comes"""
    for customer, hour in hours_of(run.facts.counted):
        rows = run.topic("hourly").matching(customer_id=customer, hour=hour)
        if len(rows) != 1:
            starts = sorted({str(row.get("hour")) for row in run.topic("hourly").matching(customer_id=customer)})
            got = "  then  ".join(f"orders {row.get('orders')}" for row in rows) or f"no row; its rows begin at {', '.join(starts)}"
            raise Failure(
                expected=f"{customer} {hour}  one row",
                actual=f"{customer} {hour}  {got}",
                because=story_of(run, customer, hour),
                hint=what_its_shape_says(run, "what is missing, and what is there in its place?", (customer, hour)),
            )


@check(after=one_row_an_hour)
def counts_are_right(run: Stage) -> None:
    """It counts the orders of that hour, and none that comes after the hour was reported"""
    hint = what_its_shape_says(run, "which orders belong to an hour?")
    for (customer, hour), (count, _) in hours_of(run.facts.counted).items():
        row = {"customer_id": customer, "hour": hour, "orders": count}
        run.topic("hourly").expect(row, because=story_of(run, customer, hour), hint=hint)


@check(after=one_row_an_hour)
def money_is_exact(run: Stage) -> None:
    """Its revenue is exact to the cent"""
    hint = what_its_shape_says(run, "what counts money exactly: where it is read, where it is added up, and where it is written?")
    for (customer, hour), (_, revenue) in hours_of(run.facts.counted).items():
        row = {"customer_id": customer, "hour": hour, "revenue": revenue}
        run.topic("hourly").expect(row, because=story_of(run, customer, hour), hint=hint)


@check(after=hours_are_reported_live)
def state_is_forgotten(run: Stage) -> None:
    """What an hour needed is forgotten when the hour is over"""
    grown = run.facts.bytes_after - run.facts.bytes_before
    run.measure(f"state held {run.facts.bytes_before:,} bytes before {GUESTS} guests came and went, {run.facts.bytes_after:,} after")
    expect(
        "the same state after the guests' hour as before it",
        "the same state after the guests' hour as before it"
        if grown < GUESTS * FORGOTTEN_BYTES
        else f"{grown:,} bytes more, {grown // GUESTS} per guest",
        because=[f"checkpoint before: {run.facts.bytes_before:,} bytes", f"checkpoint after:  {run.facts.bytes_after:,} bytes"],
        hint="a query that may still correct a row keeps its state for ever. Which GROUP BY tells Flink that an hour ends?",
    )


@check(after=money_is_exact)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which orders come in any order within 4.9 s, over two partitions, adds up"""
    run.facts.days.judge(hint="which of its orders are missing, and when did they come?")
