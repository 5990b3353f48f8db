"""Two tables that change, as they stand on the wire: `revenue` as upserts, `levels` as retractions. Both are judged by what a reader who
applies each record to a table of its own holds in the end."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from streamlings.checks import Failure, check, expect
from streamlings.shop import Shop
from streamlings.stage.days import Days
from streamlings.stage.records import Record
from streamlings.stage.stage import Stage

GOLD = 500


def scenario(stage: Stage) -> None:
    """Customers rise to gold, fall back, and one cancels all they bought; then a day of orders that are paid and cancelled."""
    orders, order = stage.topic("orders"), stage.shop.order
    ada, bob, cy, dora = stage.facts.customers = stage.shop.customers(4)

    ada_pays, *bob_pays = [
        order(ada, "12:00", amount=Decimal("250.00")),
        *(order(bob, "12:01", amount=Decimal(a)) for a in ("0.10", "0.20")),
    ]
    orders.send(order(ada, "12:00", amount=Decimal("300.00")), *bob_pays, order(cy, "12:02", amount=Decimal("499.50")))
    orders.send(*(order(name, "12:03", status=status) for name in (ada, bob) for status in ("CREATED", "SHIPPED")))
    stage.topic("revenue").until(customer_id=ada, proves=revenue_arrives)
    stage.settle(lambda: is_right(stage))

    orders.send(ada_pays, order(cy, "12:04", amount=Decimal("0.50")), order(dora, "12:04", amount=Decimal("0.50")))
    stage.settle(lambda: is_right(stage))
    orders.send(*(cancelled(paid) for paid in bob_pays), cancelled(ada_pays))
    stage.settle(lambda: is_right(stage))
    stage.facts.sent = list(orders.sent)

    found = lambda rows: {key: value for key, value in newest(stage).items() if key[0] in {row["customer_id"] for row in rows}}  # noqa: E731
    days = stage.facts.days = Days(stage, "orders", "revenue", oracle=by_key, found=found, say=str, until=lambda _: is_right(stage))
    days.play(unruly_orders(stage.shop), proves=unruly_day_adds_up)


def cancelled(paid: dict) -> dict:
    return paid | {"status": "CANCELLED"}


def unruly_orders(shop: Shop) -> dict[str, list[dict]]:
    """Orders that are paid and cancelled again, of customers who keep something, and of some who do not."""
    paid = [[shop.order(name, "12:00") for _ in range(5)] for name in ("ada", "bob", "carol")]
    cents = [shop.order("hedy", "12:00", amount=Decimal("0.10")) for _ in range(6)]
    mixed = [each for order in paid[2] for each in (order, cancelled(order), shop.order("carol", "12:01", status="SHIPPED"))]
    return {
        "paid and cancelled in turn": [each for order in paid[0] for each in (order, cancelled(order))] + [shop.order("ada", "12:01")],
        "all paid, then all cancelled": paid[1] + [cancelled(order) for order in shop.random.sample(paid[1], 5)],
        "everything cancelled, step by step": mixed,
        "ten cents at a time": cents + [cancelled(order) for order in cents[:4]],
    }


def live_events(shop: Shop) -> Iterator[dict]:
    """What `./streamlings run` sends: orders of three customers, of which one in three is cancelled soon after."""
    names = shop.customers(3)
    while True:
        yield (order := shop.order(shop.random.choice(names), "12:00"))
        if shop.random.random() < 0.3:
            yield cancelled(order)


def revenue_of(orders: list[dict]) -> dict[str, Decimal]:
    """The oracle: what each customer has paid and not cancelled; without those to whom nothing is left."""
    totals: Counter[str] = Counter()
    for order in orders:
        totals[order["customer_id"]] += {"PAID": 1, "CANCELLED": -1}.get(order["status"], 0) * order["amount"]
    return {customer: total for customer, total in totals.items() if total > 0}


def levels_of(orders: list[dict]) -> dict[str, int]:
    """The oracle: how many customers are at each level."""
    return dict(Counter("gold" if total >= GOLD else "silver" for total in revenue_of(orders).values()))


def by_key(orders: list[dict]) -> dict[tuple[str, ...], Decimal]:
    return {(customer,): total for customer, total in revenue_of(orders).items()}


def records(run: Stage, topic: str) -> list[Record]:
    """All that lies in a topic; while the scenario plays, all that has been read."""
    run.topic(topic).poll()
    return run.topic(topic).committed or run.topic(topic).seen


def upserted(run: Stage) -> dict[bytes | None, dict]:
    """What a reader of upserts holds: the newest value of each key; a key whose newest value is null is gone."""
    table: dict[bytes | None, dict] = {}
    for record in records(run, "revenue"):
        table[record.key] = record.row() or {}
    return {key: row for key, row in table.items() if row}


def newest(run: Stage) -> dict[tuple[str, ...], list[Decimal]]:
    """The same by customer."""
    found: dict[tuple[str, ...], list[Decimal]] = {}
    for row in upserted(run).values():
        found.setdefault((str(row.get("customer_id")),), []).append(row.get("revenue"))
    return found


def retracted(run: Stage) -> tuple[Counter, list[dict]]:
    """What a reader of retractions holds: rows put in and taken out; and the records that take out what is not there."""
    table: Counter = Counter()
    strange = []
    for row in run.topic("levels").rows:
        for side, step in (("before", -1), ("after", 1)):
            if isinstance(part := row.get(side), dict):
                key = (part.get("level"), part.get("customers"))
                strange += [row] if step < 0 and not table[key] else []
                table[key] += step
    return +table, strange


def is_right(run: Stage) -> bool:
    run.topic("levels").poll()
    sent = run.topic("orders").sent
    return newest(run) == {k: [v] for k, v in by_key(sent).items()} and retracted(run) == (Counter(levels_of(sent).items()), [])


def wire(run: Stage, customer: str, limit: int = 8) -> list[str]:
    """The records of a customer as they lie in the topic."""
    key = next((r.key for r in records(run, "revenue") if (r.row() or {}).get("customer_id") == customer), None)
    mine = [r for r in records(run, "revenue") if (r.row() or {}).get("customer_id") == customer or (r.key and r.key == key)]
    return [f"revenue  key {text(r.key)}  value {text(r.value)}" for r in mine[-limit:]]


def money(amount: object) -> str:
    """Flink writes 550.00 as 5.5E+2."""
    return f"{amount:.2f}" if isinstance(amount, int | Decimal) else str(amount)


def text(data: bytes | None) -> str:
    return "null" if data is None else data.decode(errors="replace")


@check
def revenue_arrives(run: Stage) -> None:
    """A customer's revenue is in the topic while the stream is open"""


@check(after=revenue_arrives)
def key_is_the_customer(run: Stage) -> None:
    """The key says whose revenue it is: one key for each customer"""
    keys: dict[str, set[bytes | None]] = {}
    for record in records(run, "revenue"):
        if row := record.row():
            keys.setdefault(str(row.get("customer_id")), set()).add(record.key)
    for customer in run.facts.customers:
        mine = keys.get(customer, set())
        if None in mine or len(mine) > 1:
            raise Failure(
                expected=f"{customer}  one key for all of its records",
                actual=f"{customer}  " + ("records without a key" if None in mine else f"{len(mine)} keys"),
                because=wire(run, customer),
                hint="a reader keeps the newest record of each key. Which column of the table makes two rows the same row?",
            )


@check(after=key_is_the_customer)
def newest_record_is_the_total(run: Stage) -> None:
    """A customer's newest record is what they have paid and not cancelled"""
    found = newest(run)
    for customer, total in revenue_of(run.facts.sent).items():
        got = found.get((customer,), ["nothing"])
        if got != [total]:
            raise Failure(
                expected=f"{customer}  revenue {total}",
                actual=f"{customer}  revenue {money(got[0])}",
                because=[*sent(run, customer), *wire(run, customer)],
                hint="which orders belong in the sum, and what does a cancelled one do to it?",
            )


@check(after=newest_record_is_the_total)
def nothing_left_is_taken_away(run: Stage) -> None:
    """A customer to whom nothing is left is taken away: the key's newest value is null"""
    bob = run.facts.customers[1]
    left = newest(run).get((bob,), [])
    expect(
        f"{bob}  null, a tombstone",
        f"{bob}  revenue {money(left[0])}" if left else f"{bob}  null, a tombstone",
        because=[*sent(run, bob), *wire(run, bob)],
        hint="is the sum exactly 0? In a DOUBLE 0.1 + 0.2 - 0.1 - 0.2 is not. And which rows of the table are those with something left?",
    )


@check(after=nothing_left_is_taken_away)
def levels_are_retractions(run: Stage) -> None:
    """levels says what is put in and what is taken out: op, before and after"""
    for record in records(run, "levels"):
        row = record.row() or {}
        sides = {"c": {"after"}, "d": {"before"}, "u": {"before", "after"}}.get(str(row.get("op")))
        if sides is None or any(not isinstance(row.get(side), dict) for side in sides):
            raise Failure(
                expected='a record such as {"before": null, "after": {"level": "gold", "customers": 1}, "op": "c"}',
                actual=f"key {text(record.key)}  value {text(record.value)}",
                hint="this reader has no table to look up what was there before: each change must say it. Which format does?",
            )


@check(after=levels_are_retractions)
def levels_add_up(run: Stage) -> None:
    """A reader of levels who puts in and takes out has each level once, with its number of customers"""
    orders = run.topic("orders").sent
    wanted, (table, strange) = levels_of(orders), retracted(run)
    count_what_is_on_the_wire(run)
    if Counter(wanted.items()) != table or strange:
        level = next((level for level, number in sorted(wanted.items()) if table[level, number] != 1), "gold")
        got = [number for (name, number), times in table.items() if name == level for _ in range(times)]
        values = sum(r.value is not None for r in records(run, "revenue"))
        rows = values == sum(number for (_, number), times in table.items() for _ in range(times) if isinstance(number, int))
        raise Failure(
            expected=f"{level}  {wanted.get(level, 0)} customers",
            actual=f"{level}  {', '.join(map(str, got)) or 0} customers",
            because=[
                f"revenue has {values} records with a value, of {len(revenue_of(orders))} customers with something left",
                *[f"levels  {text(r.value)}" for r in records(run, "levels") if f'"{level}"' in text(r.value)][-4:],
            ],
            hint="each record was counted as a customer. A newer record of the same key replaces the older one: who tells the count so?"
            if rows
            else "when a customer rises from silver to gold, what must happen to silver?",
        )


def count_what_is_on_the_wire(run: Stage) -> None:
    """What a reader sees of all this, for the learner to compare."""
    revenue, levels = records(run, "revenue"), run.topic("levels").rows
    gone, out = sum(r.value is None for r in revenue), sum(row.get("op") == "d" for row in levels)
    run.measure(
        f"{len(run.topic('orders').sent)} orders appended; {len(revenue)} upserts, {gone} of them tombstones;"
        f" {len(levels)} retract records, {out} of them take out"
    )


@check(after=levels_add_up)
def unruly_day_adds_up(run: Stage) -> None:
    """The same holds for a day on which orders are paid and cancelled in any order"""
    run.facts.days.judge(hint="which orders belong in the sum, and what does a cancelled one do to it?")


def sent(run: Stage, customer: str) -> list[str]:
    return [f"sent     {o['order_id']}  {o['amount']} {o['status']}" for o in run.facts.sent if o["customer_id"] == customer]
