"""Three products an hour: a place has one row, most orders stand first, and equal numbers are decided as the task says."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from streamlings.checks import Failure, check
from streamlings.shop import Shop, ms, time_of_day
from streamlings.stage.days import fold
from streamlings.stage.stage import Stage

HOUR = 3_600_000
PLACES = 3
PRODUCTS = ("anchor", "basin", "candle", "dinghy", "engine", "fender", "gaff", "hatch", "jib", "keel", "lantern", "mast", "oar", "pulley")
PLANNED = ("12:00", "13:00", "15:00")
UNRULY = ("17:00", "18:00", "19:00")
OPEN = "21:00"
"""The hour that never ends: its orders let time pass."""
Top = dict[tuple[str, int], tuple[str, int]]
"""By hour and place: the product, and how many orders it had."""


def scenario(stage: Stage) -> None:
    """An hour with a tie for the third place, one of ties only, one of two products; then an afternoon of late orders."""
    stage.shop.order = order = partial(an_order, stage.shop)  # what the stage sends to let time pass has a product, too
    orders, top, names = stage.topic("orders"), stage.topic("top"), stage.shop.customers(5)
    some = stage.shop.random.sample(PRODUCTS, 5)
    behind, ahead = sorted(some[2:4], reverse=True)

    def several(product: str, count: int, hour: str, amount: Decimal | None = None) -> list[dict]:
        minutes = stage.shop.random.sample(range(1, 59), count)
        return [order(stage.shop.random.choice(names), f"{hour}:{minute:02}", product=product, amount=amount) for minute in minutes]

    noon = [*several(some[4], 1, "12", Decimal("90000.00")), *several(behind, 3, "12"), *several(ahead, 3, "12")]
    noon += [*several(some[1], 4, "12"), *several(some[0], 5, "12")]
    equal = [event for product in stage.shop.random.sample(PRODUCTS, 10) for event in several(product, 2, "13")]
    orders.send(*sorted(noon, key=at), *sorted(equal, key=at))
    orders.tick("14:00:10")
    hint = "places are given among the rows of one hour: where does your query say so, and when are all of them known?"
    top.until(hour="12:00", proves=hours_are_ranked_live, hint=hint)

    orders.send(*sorted((event for product in some[:2] for event in several(product, 3, "15")), key=at))
    orders.send(order(names[0], "16:00:03.4"))
    orders.tick("16:00:03.4")
    stage.until_watermark("15:59:58.4")
    orders.send(order(names[0], "15:59:58.6", product=max(some[:2])))

    for hour in UNRULY:
        edge = ms(hour) + HOUR
        orders.send(*sorted((order(stage.shop.random.choice(names), ms(hour) + minute * 60_000) for minute in range(1, 59, 3)), key=at))
        orders.send(order(names[1], edge + 1_500))
        orders.tick(edge + 1_500)
        stage.settle(lambda newest=edge + 1_500: (stage.watermark() or 0) >= newest - 5_001)
        orders.send(*(order(stage.shop.random.choice(names), edge - stage.shop.random.randrange(1_200, 3_300)) for _ in range(6)))
    orders.tick(f"{OPEN}:10")
    stage.until_watermark(f"{OPEN}:05", proves=afternoon_adds_up)


def an_order(shop: Shop, customer: str, at: str | int, *, product: str = "", amount: Decimal | None = None, day: int = 0) -> dict:
    """An order as it goes over the wire, with what was ordered."""
    return Shop.order(shop, customer, at, amount=amount, day=day) | {"product": product or shop.random.choice(PRODUCTS)}


def at(order: dict) -> int:
    return order["timestamp"]


def live_events(shop: Shop) -> Iterator[dict]:
    """What `./streamlings run` sends: orders of five products, two minutes of the shop's time apart."""
    names, products, now = shop.customers(3), shop.random.sample(PRODUCTS, 5), ms("12:00")
    while True:
        now += 120_000
        yield an_order(shop, shop.random.choice(names), now, product=shop.random.choice(products))


def counts_of(orders: list[dict]) -> dict[str, Counter[str]]:
    """By hour, how many orders each product had."""
    found: dict[str, Counter[str]] = {}
    for o in orders:
        found.setdefault(time_of_day(at(o) // HOUR * HOUR), Counter())[o["product"]] += 1
    return found


def top_of(orders: list[dict]) -> Top:
    """The oracle: by hour and place, the product and its orders; of two with equally many, the first in the alphabet."""
    return {
        (hour, place): ranked
        for hour, counts in sorted(counts_of(orders).items())
        for place, ranked in enumerate(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:PLACES], 1)
    }


def top_in(rows: list[dict]) -> dict[tuple[str, ...], list[tuple[str, int]]]:
    """What was reported, by hour and place."""
    return fold(((row.get("hour"), row.get("place")), (row.get("product"), row.get("orders"))) for row in rows)


def rows_of(run: Stage, hour: str) -> list[dict]:
    """The rows of an hour, by place."""
    return sorted(run.topic("top").matching(hour=hour), key=lambda row: (str(row.get("place")), str(row.get("product"))))


def evidence(run: Stage, hour: str) -> list[str]:
    """What was ordered in an hour, and its rows."""
    counts = counts_of(run.topic("orders").sent)[hour]
    by_count = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    ordered = ", ".join(f"{product} {count}" for product, count in by_count)
    first, *more = textwrap.wrap(ordered, 74)
    rows = [f"output     place {r.get('place')}  product {r.get('product')}  orders {r.get('orders')}" for r in rows_of(run, hour)]
    dots = [f"  ... {len(rows) - 9} more ..."] if len(rows) > 10 else []
    return [f"ordered    {first}", *(f"           {line}" for line in more), *rows[: 9 if dots else 10], *dots]


@check
def hours_are_ranked_live(run: Stage) -> None:
    """An hour's places are told while the stream is open"""


@check(after=hours_are_ranked_live)
def each_place_has_one_row(run: Stage) -> None:
    """Each of the first three places of an hour has one row, final when it comes"""
    counts = counts_of(run.topic("orders").sent)
    for hour in PLANNED:
        rows, products = rows_of(run, hour), counts[hour]
        wanted = list(range(1, min(PLACES, len(products)) + 1))
        found = [row.get("place") for row in rows]
        if found == wanted:
            continue
        shared = [(p, 1 + sum(other > n for other in products.values()), n) for p, n in products.items()]
        if [(row.get("product"), row.get("place"), row.get("orders")) for row in rows] == sorted(
            (each for each in shared if each[1] <= PLACES), key=lambda each: (each[1], each[0])
        ):
            hint = "more than three products have a place, for equal ones share theirs: which of them does the task name first?"
        elif found == [1] * len(products):
            hint = "every product is the first: among which rows are the places given?"
        elif len(found) > len(set(map(str, found))):
            hint = "a place has several rows: each new row moves the others. When does this ranking know that an hour is over?"
        else:
            hint = "which places does an hour have, and which of its products compete for them?"
        raise Failure(
            expected=f"{hour}  places {', '.join(map(repr, wanted))}",
            actual=f"{hour}  " + (f"places {', '.join(map(repr, found))}" if found else "no place"),
            because=evidence(run, hour),
            hint=hint,
        )
    others = sorted({str(row.get("hour")) for row in run.topic("top").rows} - set(counts))
    if others:
        raise Failure(
            expected="rows of whole hours in which something was ordered",
            actual=f"rows of {', '.join(others[:4])}" + (" and others" if len(others) > 4 else ""),
            because=evidence(run, PLANNED[0]),
            hint="a new hour begins once an hour: which windows are these?",
        )


@check(after=each_place_has_one_row)
def most_orders_first(run: Stage) -> None:
    """The places go by the number of orders"""
    wanted, sent = top_of(run.topic("orders").sent), run.topic("orders").sent
    for hour in PLANNED:
        counts = counts_of(sent)[hour]
        right = [count for (of_hour, _), (_, count) in wanted.items() if of_hour == hour]
        rows = rows_of(run, hour)
        if [row.get("orders") for row in rows] != right or [counts[str(row.get("product"))] for row in rows] != right:
            revenue: Counter[str] = Counter()
            for o in sent:
                if time_of_day(at(o) // HOUR * HOUR) == hour:
                    revenue[o["product"]] += o["amount"]
            richest = [product for product, _ in revenue.most_common(PLACES)]
            by_revenue = [row.get("product") for row in rows] == richest
            raise Failure(
                expected=f"{hour}  {', '.join(map(str, right))} orders",
                actual=f"{hour}  " + ", ".join(f"{row.get('product')} {row.get('orders')}" for row in rows),
                because=evidence(run, hour),
                hint="these are the products with the greatest revenue: what does the task ask for?"
                if by_revenue
                else "which products were ordered most often in this hour, and how often?",
            )


@check(after=most_orders_first)
def ties_are_decided(run: Stage) -> None:
    """Of products with equally many orders, the first in the alphabet stands first"""
    wanted = top_of(run.topic("orders").sent)
    for hour in PLANNED:
        right = [product for (of_hour, _), (product, _) in wanted.items() if of_hour == hour]
        found = [row.get("product") for row in rows_of(run, hour)]
        if found != right:
            one, other = next((a, b) for a, b in zip(right, found, strict=True) if a != b)
            count = counts_of(run.topic("orders").sent)[hour][one]
            raise Failure(
                expected=f"{hour}  {', '.join(right)}",
                actual=f"{hour}  {', '.join(map(str, found))}",
                because=evidence(run, hour),
                hint=f"{one} and {other} have {count} orders each: what decides between them?",
            )


@check(after=ties_are_decided)
def afternoon_adds_up(run: Stage) -> None:
    """An afternoon adds up on which orders come up to 4.8 s late, over two partitions"""
    wanted, found = top_of(run.topic("orders").sent), top_in(run.topic("top").rows)
    for key in [*wanted, *sorted(found.keys() - wanted.keys(), key=str)]:
        hour, place = key
        right, rows = [wanted[key]] if key in wanted else [], found.get(key, [])
        if hour != OPEN and rows != right:
            raise Failure(
                expected=f"{hour}  place {place}  " + ("".join(f"{name} {number}" for name, number in right) or "no row"),
                actual=f"{hour}  place {place}  " + ("  then  ".join(f"{name} {number}" for name, number in rows) or "no row"),
                because=evidence(run, hour),
                hint="some of these orders came late: were they counted, or had their hour ended?",
            )
