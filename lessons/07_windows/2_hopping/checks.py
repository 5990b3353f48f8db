"""The last 15 minutes, every five minutes: each order counts in the three windows that hold it, and in no other."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from streamlings.checks import Failure, check
from streamlings.shop import Shop, ms, time_of_day
from streamlings.stage import shapes
from streamlings.stage.days import Days, fold, unruly
from streamlings.stage.stage import Stage

MINUTE = 60_000
SLIDE, SIZE = 5 * MINUTE, 15 * MINUTE
Windows = Callable[[int], list[tuple[int, int]]]
"""Where the windows of an order of that time begin and end, epoch ms."""
Totals = dict[tuple[str, str, str], tuple[int, Decimal]]


def scenario(stage: Stage) -> None:
    """Two customers over most of an hour; one late order that counts, one that does not; a day of orders in any order."""
    orders, recent, order = stage.topic("orders"), stage.topic("recent"), stage.shop.order
    ada, bob = stage.facts.customers = stage.shop.customers(2)
    wholesale = [Decimal(stage.shop.random.randrange(100_000_000, 999_999_999)) / 100 for _ in range(3)]

    counted = [order(ada, "12:02", amount=Decimal("0.10")), order(ada, "12:07", amount=Decimal("0.20"))]
    counted += [order(bob, "12:08", amount=wholesale[0]), order(ada, "12:10:10")]
    orders.send(*counted)
    orders.tick("12:10:10")
    recent.until(customer_id=ada, proves=comes_every_five_minutes, hint="one window ends at 12:05, and one at 12:10: when do yours end?")

    counted += [order(bob, at, amount=amount) for at, amount in zip(("12:13", "12:19"), wholesale[1:], strict=True)]
    counted += [order(ada, "12:22:10")]
    orders.send(*counted[-3:])
    orders.tick("12:22:10")
    stage.until_watermark("12:22:05")

    counted += [order(bob, "12:25:03.4"), order(bob, "12:24:58.6"), order(ada, "12:48:10")]
    orders.send(counted[-3])
    orders.tick("12:25:03.4")
    stage.until_watermark("12:24:58.4")
    stage.facts.late = order(ada, "12:03")
    orders.send(counted[-2], stage.facts.late, counted[-1])
    orders.tick("12:48:10")
    stage.until_watermark("12:48:05")
    stage.facts.counted = counted

    say = "{0[0]} orders, {0[1]}".format
    days = stage.facts.days = Days(stage, "orders", "recent", oracle=totals_of, found=totals_in, say=say, bound_ms=5_000)
    days.play(unruly(order, stage.shop.random, first=150, windows=6, window_ms=SLIDE, late_ms=4_900), proves=unruly_day_adds_up)


def live_events(shop: Shop) -> Iterator[dict]:
    """What `./streamlings run` sends: orders of three customers, 20 s of the shop's time apart."""
    names, at = shop.customers(3), ms("12:00")
    while True:
        yield shop.order(shop.random.choice(names), at := at + 20_000)


def sliding(at: int) -> list[tuple[int, int]]:
    newest = at // SLIDE * SLIDE
    return [(began, began + SIZE) for began in range(newest + SLIDE - SIZE, newest + 1, SLIDE)]


def totals_of(orders: list[dict], windows: Windows = sliding) -> Totals:
    """The oracle: by customer and window, how many orders were placed in it, and for how much."""
    totals: Totals = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        for began, ended in windows(o["timestamp"]):
            count, revenue = totals[o["customer_id"], time_of_day(began), time_of_day(ended)]
            totals[o["customer_id"], time_of_day(began), time_of_day(ended)] = (count + 1, revenue + o["amount"])
    return dict(totals)


def totals_in(rows: list[dict]) -> dict[tuple[str, ...], list[tuple[int, Decimal]]]:
    """What was reported, by customer and window."""
    return fold(((row.get("customer_id"), row.get("began"), row.get("ended")), (row.get("orders"), row.get("revenue"))) for row in rows)


OTHER_WINDOWS: dict[str, Windows] = {
    "each row is of five minutes: at 12:10 it looks back five minutes, and was asked for fifteen": lambda at: [
        (at // SLIDE * SLIDE, at // SLIDE * SLIDE + SLIDE)
    ],
    "these windows begin at a quarter and grow, until they are fifteen minutes long. Which kind keeps its length, and moves?": lambda at: [
        (at // SIZE * SIZE, ended) for ended in range(at // SLIDE * SLIDE + SLIDE, at // SIZE * SIZE + SIZE + 1, SLIDE)
    ],
    "the totals that are added up overlap: an order is in three of them. Of which pieces may a sum be made?": lambda at: [
        window for _, ended in sliding(at) for window in sliding(ended - 1)
    ],
    "each row is right but for ended: a window's end is the first moment that is not in it. At what time would that be?": lambda at: [
        (began, ended - MINUTE) for began, ended in sliding(at)
    ],
}
"""Other windows that somebody may have taken, by the hint that names them."""


def hint_for(run: Stage, otherwise: str) -> str:
    """The hint of those other windows whose totals came out, to the cent; where there are none, that of the output's shape."""
    found = totals_in([row for row in run.topic("recent").rows if row.get("customer_id") in run.facts.customers])
    for hint, windows in OTHER_WINDOWS.items():
        if found == {key: [total] for key, total in totals_of(run.facts.counted, windows).items()}:
            return hint
    return shapes.hint(run, totals_of, run.facts.counted, found, uncounted=[run.facts.late], otherwise=otherwise)


@check
def comes_every_five_minutes(run: Stage) -> None:
    """A total comes every five minutes, while the stream is open"""


@check(after=comes_every_five_minutes)
def each_window_has_one_row(run: Stage) -> None:
    """Each customer's 15 minutes are one row, and there is no row of other windows"""
    wanted, found = totals_of(run.facts.counted), totals_in(run.topic("recent").rows)
    of_customers = [key for key in found if key[0] in run.facts.customers]
    for key in [*wanted, *sorted(set(of_customers) - set(wanted), key=str)]:
        customer, began, ended = key
        totals = found.get(key, [])
        if len(totals) != (key in wanted):
            those = sorted({str(other[1]) for other in of_customers if other[0] == customer and other[2] == ended})
            nothing = "no row" + (f"; what ended {ended} began {' and '.join(those)}" if those else f", and none that ended {ended}")
            raise Failure(
                expected=f"{customer}  {began} to {ended}  {'one row' if key in wanted else 'no row: no order of theirs is in it'}",
                actual=f"{customer}  {began} to {ended}  {'  then  '.join(f'orders {total[0]}' for total in totals) or nothing}",
                because=run.timeline(customer, limit=12),
                hint=hint_for(run, "which windows does an order of 12:07 belong to, and which of them have a row?"),
            )


@check(after=each_window_has_one_row)
def counts_are_right(run: Stage) -> None:
    """It counts the orders of those 15 minutes, and none that comes after they were reported"""
    hint = hint_for(run, "which orders were placed in these 15 minutes?")
    for (customer, began, ended), (count, _) in totals_of(run.facts.counted).items():
        row = {"customer_id": customer, "began": began, "ended": ended, "orders": count}
        run.topic("recent").expect(row, because=run.timeline(customer, limit=12), hint=hint)


@check(after=each_window_has_one_row)
def money_is_exact(run: Stage) -> None:
    """Its revenue is exact to the cent"""
    hint = hint_for(run, "what counts money exactly: where it is read, where it is added up, and where it is written?")
    for (customer, began, ended), (_, revenue) in totals_of(run.facts.counted).items():
        row = {"customer_id": customer, "began": began, "ended": ended, "revenue": revenue}
        run.topic("recent").expect(row, because=run.timeline(customer, limit=12), hint=hint)


@check(after=money_is_exact)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which orders come in any order within 4.9 s, over two partitions, adds up"""
    run.facts.days.judge(hint="which of its orders are missing, and when did they come?")
