"""Orders come in time, late, or too late: what the first row of a minute has, what corrects it, and what goes aside, whole."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from streamlings.checks import Failure, check, expect
from streamlings.shop import Event, Shop, clock, ms, shown, time_of_day
from streamlings.stage.days import Days, fold, unruly
from streamlings.stage.stage import Stage
from streamlings.stage.stuck import Stuck

MINUTE = 60_000
GUESTS = 200
FORGOTTEN_BYTES = 30
"""A checkpoint's size varies by some kilobytes; a minute that is kept holds more than 100 bytes of each guest (as measured here)."""

NOT_TAKEN = "this comes of late orders that go to a tag from which nobody takes them. Which stream is made of that side output?"

Key = tuple[str, str]


def scenario(stage: Stage) -> None:
    """An order 4.5 s late, guests; an order for a minute that may still be corrected; two for minutes that may not; an unruly day."""
    orders, totals, late_orders, order = stage.topic("orders"), stage.topic("totals"), stage.topic("late_orders"), stage.shop.order
    ada, bob = stage.facts.customers = stage.shop.customers(2)
    stage.windows(minutes=1)

    def send(*events: Event) -> None:
        """The last of them is the newest, in both partitions."""
        orders.send(*events)
        orders.tick(events[-1]["timestamp"])

    counted = stage.facts.in_time = [order(ada, "12:00:10"), order(ada, "12:00:50"), order(bob, "12:01:03")]
    send(*counted)
    stage.until_watermark("12:00:58", proves=watermark_keeps_up, hint="what does every report wait for now, late orders or not?")
    stage.facts.bytes_before = stage.checkpoint_bytes()
    counted += [order(ada, "12:00:58.5"), order(bob, "12:01:08")]
    guests = [order(f"guest-{n}", ms("12:01:04") + 10 * n) for n in range(GUESTS)]
    send(counted[-2], *guests, counted[-1])
    totals.until(customer_id=ada, minute="12:00", proves=minute_is_reported)

    stage.act("an order that is late")
    counted += [order(bob, "12:01:58")]
    send(counted[-1])
    stage.until_watermark("12:01:53")
    stage.facts.late = order(ada, "12:00:20")
    orders.send(stage.facts.late)
    stage.settle(lambda: has_moved(stage, ada))
    stage.observe()
    for proved in (in_time_needs_no_correction, late_order_corrects):
        stage.until(lambda: True, "what came of it", proves=proved)

    stage.act("two that are too late")
    counted += [order(bob, "12:02:10")]
    send(counted[-1])
    stage.until_watermark("12:02:05")
    coupon = {"coupon": f"c-{stage.shop.random.randrange(16**6):06x}"}
    stage.facts.too_late = [order(ada, "12:00:30", status="CREATED") | coupon, order(bob, "11:01:30")]
    orders.send(*stage.facts.too_late)
    counted += [order(bob, "12:03:10")]
    send(counted[-1])
    try:
        stage.until_watermark("12:03:05", proves=too_late_goes_aside)
    except Stuck as stuck:
        stuck.hint = stuck.hint or NOT_TAKEN * ("ClassCastException" in stuck.diagnosis[0])
        raise
    stage.settle(lambda: late_orders.poll(0.02) is None or len(late_orders.rows) >= len(stage.facts.too_late))
    stage.observe()
    stage.facts.bytes_after = stage.checkpoint_bytes()

    say = "{0[0]} orders, {0[1]}".format
    days = stage.facts.days = Days(stage, "orders", "totals", oracle=minutes_of, found=newest_in, say=say, bound_ms=5_000)
    days.play(unruly(order, stage.shop.random, first=780, windows=6, window_ms=MINUTE, late_ms=50_000), proves=unruly_day_adds_up)


def has_moved(stage: Stage, customer: str) -> bool:
    """Whether a second row has come of the late order. (One in late_orders may come sooner than that.)"""
    for topic in stage.outputs():
        topic.poll(0.02)
    return len(stage.topic("totals").matching(customer_id=customer, minute="12:00")) > 1


def live_events(shop: Shop) -> Iterator[Event]:
    """What `./streamlings run` sends: an order every 5 s of the shop's time, one in ten a minute and a half late, one in thirty an hour."""
    customers, at = shop.customers(4), ms("12:00")
    while True:
        at += 5_000
        draw = shop.random.random()
        yield shop.order(shop.random.choice(customers), at - (90_000 if draw < 0.1 else 3_600_000 if draw < 0.13 else 0))


def minutes_of(orders: list[Event]) -> dict[Key, tuple[int, Decimal]]:
    """The oracle: by customer and minute, how many orders were placed, and for how much."""
    totals: dict[Key, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        minute = (o["customer_id"], time_of_day(o["timestamp"] // MINUTE * MINUTE))
        count, revenue = totals[minute]
        totals[minute] = (count + 1, revenue + o["amount"])
    return dict(totals)


def minutes_in(rows: list[dict]) -> dict[Key, list[Any]]:
    """What was reported, by customer and minute."""
    return fold(((row.get("customer_id"), row.get("minute")), (row.get("orders"), row.get("revenue"))) for row in rows)


def newest_in(rows: list[dict]) -> dict[Key, list[Any]]:
    """What a reader keeps: of each customer's minute the newest row."""
    return {key: totals[-1:] for key, totals in minutes_in(rows).items()}


def said(totals: list[Any]) -> str:
    return "  then  ".join(f"orders {count}  revenue {shown(revenue)}" for count, revenue in totals) or "no row"


def compare(run: Stage, key: Key, wanted: list[Any], found: list[Any], *, act: str = "", hint: str) -> None:
    """Raise Failure unless exactly the wanted rows were found for a customer's minute."""
    if found != wanted:
        named = " ".join(map(str, key))
        expected, actual = f"{named}  {said(wanted)}", f"{named}  {said(found)}"
        raise Failure(expected=expected, actual=actual, because=run.timeline(key[0], act=act), hint=hint)


def called(order: Event) -> str:
    return f"{order['customer_id']}'s order of {clock(order['timestamp'])}"


@check
def watermark_keeps_up(run: Stage) -> None:
    """The watermark stays no further behind the newest order than 5 s"""


@check(after=watermark_keeps_up)
def minute_is_reported(run: Stage) -> None:
    """12:00 is reported as soon as the watermark has passed its end"""


@check(after=minute_is_reported)
def in_time_needs_no_correction(run: Stage) -> None:
    """An order that comes 4.5 s late is in the first row of its minute"""
    noon = (run.facts.customers[0], "12:00")
    rows = minutes_in(run.topic("totals").rows)[noon]
    hint = "how far was the watermark when it came, and how late may an order be?"
    compare(run, noon, [minutes_of(run.facts.in_time)[noon]], rows[:1], hint=hint)


@check(after=in_time_needs_no_correction)
def late_order_corrects(run: Stage) -> None:
    """An order that comes late, but while its minute can be corrected, makes a further row with the whole minute's numbers"""
    noon, late = (run.facts.customers[0], "12:00"), run.facts.late
    rows = minutes_in(run.topic("totals").rows)[noon]
    if late["order_id"] in [row.get("order_id") for row in run.topic("late_orders").rows] and len(rows) == 1:
        hint = "it lies in late_orders. The watermark was 53 s past the end of 12:00: for how long is a window kept, in milliseconds?"
    elif rows[1:2] == [(1, late["amount"])]:
        hint = "this row has the late order and nothing else: what became of the minute's other orders when it was reported first?"
    else:
        hint = "who keeps the newest row of 12:00: what does that reader know of the minute?"
    wanted = [minutes_of(run.facts.in_time)[noon], minutes_of([*run.facts.in_time, late])[noon]]
    compare(run, noon, wanted, rows[:2], act="an order that is late", hint=hint)


@check(after=late_order_corrects)
def too_late_goes_aside(run: Stage) -> None:
    """Orders that come too late go to late_orders, each once, and no others do"""
    ids = [row.get("order_id") for row in run.topic("late_orders").rows]
    counting = [*run.facts.in_time, run.facts.late]
    for order in run.facts.too_late:
        if ids.count(order["order_id"]) != 1:
            key = (order["customer_id"], time_of_day(order["timestamp"]))
            rows = minutes_in(run.topic("totals").rows).get(key, [])
            is_counted = len(rows) > 0 and rows[-1] != minutes_of(counting).get(key)
            raise Failure(
                expected=f"{called(order)} once in late_orders",
                actual=f"it is there {ids.count(order['order_id'])} times",
                because=run.timeline(order["customer_id"], act="two that are too late"),
                hint="it was counted: how long is its minute kept after the watermark has passed its end?"
                if is_counted
                else "it counts nowhere, and lies nowhere: which way out does a window have for what it does not take?",
            )
    for order in counting:
        if order["order_id"] in ids:
            raise Failure(
                expected="in late_orders only what counts nowhere",
                actual=f"{called(order)} lies there, and counts in {time_of_day(order['timestamp'])}, too",
                because=run.timeline(order["customer_id"], act="an order that is late"),
                hint="late for the watermark is not yet too late for the minute: who decides which orders go aside?",
            )


@check(after=too_late_goes_aside)
def they_are_whole(run: Stage) -> None:
    """They lie there as they came: no field lost, none changed"""
    rows = {row.get("order_id"): row for row in run.topic("late_orders").rows}
    for order in run.facts.too_late:
        if rows[order["order_id"]] != order:
            there = "  ".join(f"{field} {value}" for field, value in rows[order["order_id"]].items())
            hint = "somebody will send it again, and needs all of it: what is left of an order by the time that it reaches the window?"
            raise Failure(expected="  ".join(f"{field} {value}" for field, value in order.items()), actual=there, hint=hint)


@check(after=they_are_whole)
def they_count_nowhere(run: Stage) -> None:
    """They count nowhere: no row of totals comes of them"""
    found = minutes_in(run.topic("totals").rows)
    for order in run.facts.too_late:
        key = (order["customer_id"], time_of_day(order["timestamp"]))
        of_it = [minutes_of(run.facts.in_time).get(key), minutes_of([*run.facts.in_time, run.facts.late]).get(key)]
        hint = "it lies in late_orders, and a row came of it all the same: which orders reach the window?"
        compare(run, key, [total for total in of_it if total], found.get(key, []), act="two that are too late", hint=hint)


@check(after=minute_is_reported)
def state_is_forgotten(run: Stage) -> None:
    """What a minute needed is forgotten when it cannot be corrected any more"""
    before, after = run.facts.bytes_before, run.facts.bytes_after
    run.measure(f"state held {before:,} bytes before {GUESTS} guests came, and {after:,} when their minute could not be corrected any more")
    grown = after - before
    expect(
        "the same state when the guests' minute cannot be corrected any more as before they came",
        "the same state when the guests' minute cannot be corrected any more as before they came"
        if grown < GUESTS * FORGOTTEN_BYTES
        else f"{grown:,} bytes more, {grown // GUESTS} per guest",
        because=[f"checkpoint before: {before:,} bytes", f"checkpoint after:  {after:,} bytes"],
        hint="what is kept for a minute, and until when? Nobody may correct it any more when the watermark is 1 minute past its end",
    )


@check(after=they_count_nowhere)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which orders come in any order within 50 s adds up"""
    run.facts.days.judge(hint="which of its orders are missing from the newest row, and when did they come?")
