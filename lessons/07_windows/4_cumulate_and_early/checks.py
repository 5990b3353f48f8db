"""A day's total that grows minute by minute: each minute is judged, with orders or without, and so is the day's end."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from streamlings.checks import Failure, check
from streamlings.shop import DAY, Shop, ms, time_of_day
from streamlings.stage import shapes
from streamlings.stage.days import Days, fold, unruly
from streamlings.stage.stage import Stage

MINUTE = 60_000
TODAY = f"{DAY:%Y-%m-%d}"
TOMORROW = datetime.fromtimestamp(ms("12:00", day=1) / 1000, UTC).strftime("%Y-%m-%d")
LAST = "23:59"
SEEN = "23:57"
"""The last minute of an unruly day whose total can be there: it ends with an order of 23:59:00, 5 s behind which the watermark stands."""
Key = tuple[str, str, str]
Total = tuple[int, Decimal]


def scenario(stage: Stage) -> None:
    """An evening of two customers, who order in few of its minutes; the next day begins; a day on which orders come in any order."""
    orders, today, order = stage.topic("orders"), stage.topic("today"), stage.shop.order
    ada, bob = stage.facts.customers = stage.shop.customers(2)

    evening = [order(ada, "22:30:10"), order(bob, "22:31:20"), order(ada, "22:31:40"), order(ada, "22:34:10")]
    orders.send(*evening)
    hint = "a window tells its total when it ends: which of your windows end while the day runs?"
    today.until(customer_id=ada, proves=comes_while_the_day_runs, hint=hint)

    evening += [order(bob, "22:58:20"), order(ada, "23:04:30"), order(bob, "23:20:03.4")]
    orders.send(*evening[-3:])
    stage.until_watermark("23:19:58.4")
    evening += [order(ada, "23:19:58.6"), order(ada, "23:58:20")]
    night = [order(bob, "00:00:30", day=1), order(bob, "00:02:10", day=1)]
    orders.send(*evening[-2:], *night)
    stage.until_watermark("00:02:05", day=1)
    stage.facts.evening, stage.facts.night = evening, night

    oracle, found = partial(totals_of, last=SEEN), partial(totals_in, last=SEEN)
    days = stage.facts.days = Days(stage, "orders", "today", oracle=oracle, found=found, say=said, bound_ms=5_000)
    days.play(unruly(order, stage.shop.random, first=1_140, windows=6, window_ms=MINUTE, late_ms=4_900), proves=unruly_day_adds_up)


def live_events(shop: Shop) -> Iterator[dict]:
    """What `./streamlings run` sends: orders of three customers, 20 s of the shop's time apart, from ten at night on."""
    names, at = shop.customers(3), ms("22:00")
    while True:
        yield shop.order(shop.random.choice(names), at := at + 20_000)


def totals_of(orders: list[dict], last: str = LAST) -> dict[Key, Total]:
    """The oracle: by customer, day and minute, from the customer's first order of the day on, what was ordered until the minute's end."""
    of_minute = minutes_of(orders)
    totals: dict[Key, Total] = {}
    for customer, day in dict.fromkeys(key[:2] for key in sorted(of_minute)):
        minutes = [time_of_day(at) for at in range(0, 86_400_000, MINUTE)]
        total = (0, Decimal(0))
        for minute in minutes[: minutes.index(last) + 1]:
            count, revenue = of_minute.get((customer, day, minute), (0, Decimal(0)))
            total = (total[0] + count, total[1] + revenue)
            if total[0]:
                totals[customer, day, minute] = total
    return totals


def minutes_of(orders: list[dict]) -> dict[Key, Total]:
    """By customer, day and minute, what was ordered in that minute alone."""
    found: dict[Key, Total] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        placed = datetime.fromtimestamp(o["timestamp"] / 1000, UTC)
        key = (o["customer_id"], f"{placed:%Y-%m-%d}", f"{placed:%H:%M}")
        found[key] = (found[key][0] + 1, found[key][1] + o["amount"])
    return dict(found)


def totals_in(rows: list[dict], last: str = LAST) -> dict[tuple[str, ...], list[Total]]:
    """What was reported, by customer, day and minute, without the minutes behind `last`."""
    told = [row for row in rows if str(row.get("minute")) <= last]
    return fold(((r.get("customer_id"), r.get("day"), r.get("minute")), (r.get("orders"), r.get("revenue"))) for r in told)


def said(total: Total) -> str:
    return f"{total[0]} orders, {total[1]}"


def hint_for(run: Stage, otherwise: str) -> str:
    """What the evening's rows are, where they are what a known mistake makes of its orders."""
    found = totals_in([row for row in run.topic("today").rows if row.get("customer_id") in run.facts.customers and row.get("day") == TODAY])
    wanted = totals_of(run.facts.evening)
    if found == {key: [total] for key, total in minutes_of(run.facts.evening).items()}:
        return "each row holds only the orders of its own minute: which windows begin with the day, and end with each minute?"
    early = [key for key, totals in found.items() if key in wanted and any(total[0] > wanted[key][0] for total in totals)]
    if early:
        return f"a row of {early[0][2]} counts orders that were placed after it: it holds what had come by the time it fired"
    if sum(map(len, found.values())) == len(run.facts.evening):
        return "there is a row for each order, and none between: what makes a total come out when nobody orders?"
    return shapes.hint(run, totals_of, run.facts.evening, found, otherwise=otherwise)


def compare(run: Stage, wanted: dict[Key, Total], hint: str, *, values: bool = True) -> None:
    """Raise Failure for the first of these keys that has not exactly one row, or one with another total."""
    found = totals_in(run.topic("today").rows)
    for key, total in wanted.items():
        totals = found.get(key, [])
        if len(totals) != 1 or (values and totals != [total]):
            raise Failure(
                expected=f"{' '.join(key)}  {said(total) if values else 'one row'}",
                actual=f"{' '.join(key)}  {'  then  '.join(map(said, totals)) or 'no row'}",
                because=run.timeline(key[0], limit=14),
                hint=hint,
            )


@check
def comes_while_the_day_runs(run: Stage) -> None:
    """Totals come while the day runs"""


@check(after=comes_while_the_day_runs)
def each_minute_has_its_row(run: Stage) -> None:
    """From a customer's first order on, each minute has one row, whether they order in it or not"""
    totals, found = totals_of(run.facts.evening), totals_in(run.topic("today").rows)
    wanted = {key: total for key, total in totals.items() if key[2] != LAST}
    compare(run, wanted, hint_for(run, "which minutes have a row, and which have none?"), values=False)
    for key in sorted((key for key in found if key[0] in run.facts.customers and key[1] == TODAY and key not in totals), key=str):
        raise Failure(
            expected=f"{' '.join(map(str, key))}  no row: the customer's first order comes later",
            actual=f"{' '.join(map(str, key))}  {said(found[key][0])}",
            because=run.timeline(key[0], limit=14),
            hint="what is in this row?",
        )


@check(after=each_minute_has_its_row)
def totals_are_right(run: Stage) -> None:
    """It counts the day's orders up to the end of the minute, and none that was placed later"""
    wanted = {key: total for key, total in totals_of(run.facts.evening).items() if key[2] != LAST}
    compare(run, wanted, hint_for(run, "which orders had been placed by the end of that minute?"))


@check(after=totals_are_right)
def day_ends_with_its_total(run: Stage) -> None:
    """The row of 23:59 holds the whole day"""
    wanted = {key: total for key, total in totals_of(run.facts.evening).items() if key[2] == LAST}
    found = totals_in(run.topic("today").rows)
    dated = all(total in found.get((customer, TOMORROW, LAST), []) for (customer, _, _), total in wanted.items())
    hint = "its last row bears the date of the next day: to which day does a window belong that ends at midnight?"
    compare(
        run, wanted, hint if dated else "a day's last window ends at midnight. If all other minutes are there, which window is left out?"
    )


@check(after=day_ends_with_its_total)
def new_day_begins_at_zero(run: Stage) -> None:
    """A new day begins with nothing"""
    _, bob = run.facts.customers
    wanted = {key: total for key, total in totals_of(run.facts.night).items() if key == (bob, TOMORROW, "00:00")}
    compare(run, wanted, "a row of today holds orders of yesterday: are its windows the day's, or the last 24 hours?")


@check(after=new_day_begins_at_zero)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which orders come in any order within 4.9 s adds up, minute by minute"""
    run.facts.days.judge(hint="which of its orders are missing, and when did they come?")
