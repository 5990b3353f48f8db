"""One question, two answers: they must agree about the orders that both have seen, and the live one must go on from there."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from streamlings.checks import Failure, check
from streamlings.shop import ms, shown
from streamlings.stage import shapes
from streamlings.stage.days import Days, fold
from streamlings.stage.stage import Stage
from streamlings.stage.topic import rows_of

OPEN = "while the shop is open"
NO_END = "both jobs go on: which of the two questions is about an input that has an end, and who tells its source so?"
NO_ANSWER = "what does that job wait for, and which fields has a row that it writes?"


def scenario(stage: Stage) -> None:
    """A morning that both questions are about; orders that only the live answer can know; a day of orders in any order."""
    orders, nightly, live = stage.topic("orders"), stage.topic("revenue_nightly"), stage.topic("revenue_live")
    nightly.anybody_writes = True  # a job that has finished does not say any more how many rows it has written
    *payers, newcomer, browser = stage.shop.customers(5)
    orders.send(*morning_of(stage, payers), stage.shop.order(browser, "11:02", status="CREATED"))
    stage.facts.morning, stage.facts.is_right = list(orders.sent), True
    stage.until_running(proves=jobs_run)
    stage.until(lambda: is_answered(stage), "a job that answers the nightly question and ends", proves=night_is_answered, hint=NO_END)
    live.until(customer_id=payers[0], proves=live_answers, hint=NO_ANSWER)
    stage.facts.live_then = follow(stage)
    stage.until(lambda: True, "the end of the morning", proves=they_agree)

    stage.act(OPEN)
    stage.facts.looks = []
    for hour, customer in enumerate([payers[0], newcomer, payers[0]], 12):
        before = how_many(stage)
        orders.send(*life_of(stage, customer, hour))
        stage.until(lambda before=before: how_many(stage) > before, f"a new row in revenue_live, for {customer}", hint=NO_ANSWER)
        stage.facts.looks.append((revenue_of(orders.sent), follow(stage)))
    stage.facts.sent, stage.facts.live_records = len(orders.sent), list(live.seen)
    stage.until(lambda: True, "the end of the day", proves=live_follows)
    stage.until(lambda: True, "the end of the day", proves=one_row_a_customer)

    arrived = lambda _: not stage.facts.is_right or newest(stage) == revenue_of(orders.sent)  # noqa: E731
    days = stage.facts.days = Days(stage, "orders", "revenue_live", oracle=revenue_of, found=newest_in, say=str, until=arrived)
    days.play(unruly_orders(stage.shop.order, stage.shop.random), proves=unruly_day)


def life_of(stage: Stage, customer: str, hour: int) -> list[dict]:
    """One order that is placed, paid for and shipped: an event for each."""
    order, minute = stage.shop.order(customer, f"{hour}:00"), 60_000
    return [order | {"status": s, "timestamp": order["timestamp"] + n * minute} for n, s in enumerate(("CREATED", "PAID", "SHIPPED"))]


def morning_of(stage: Stage, customers: list[str]) -> list[dict]:
    """Three orders of each customer, in the sequence of their events."""
    events = [event for hour in range(9, 12) for customer in customers for event in life_of(stage, customer, hour)]
    return sorted(events, key=lambda event: event["timestamp"])


def follow(stage: Stage) -> dict[tuple[str], Decimal]:
    """The live answer, once it is that of all orders sent; what it is where nothing moves any more. A wrong one is waited for once; one
    that reads the nightly answer, too, is right until it has read it."""
    orders, facts, nightly = stage.topic("orders"), stage.facts, stage.topic("revenue_nightly").full_name
    reads_the_night = lambda: any(topic == nightly for job in stage.refresh() for topic, _ in job.readers())  # noqa: E731
    stage.settle(lambda: not facts.is_right or (newest(stage) == revenue_of(orders.sent) and not reads_the_night()))
    stage.observe()
    facts.is_right = facts.is_right and newest(stage) == revenue_of(orders.sent)
    return newest(stage)


def unruly_orders(order: Callable[..., dict], random: object) -> dict[str, list[dict]]:
    """Many orders of some customers, in any order; a customer who never pays; one who pays a great deal."""
    statuses = ["CREATED", "PAID", "PAID", "SHIPPED", "CANCELLED"]
    some = [order(random.choice(["ada", "bob", "carol"]), ms("12:00") + n, status=random.choice(statuses)) for n in range(40)]
    random.shuffle(some)
    return {
        "orders of every status, in any order": some,
        "a customer who never pays": [order("hedy", f"12:{n:02}", status=s) for n, s in enumerate(("CREATED", "CANCELLED", "CREATED"))],
        "large amounts and a cent": [order("jean", f"12:{n:02}", amount=Decimal(a)) for n, a in enumerate(("99999999.99", "0.01", "0.10"))],
    }


def revenue_of(orders: list[dict]) -> dict[tuple[str], Decimal]:
    """The oracle: by customer, the sum of what was paid."""
    revenue: dict[tuple[str], Decimal] = defaultdict(Decimal)
    for o in orders:
        if o["status"] == "PAID":
            revenue[o["customer_id"],] += o["amount"]
    return dict(revenue)


def revenue_in(rows: list[dict]) -> dict[tuple[str], list[Decimal]]:
    """All values that an answer gave, by customer."""
    return fold(((row.get("customer_id"),), row.get("revenue")) for row in rows)


def newest_in(rows: list[dict]) -> dict[tuple[str], list[Decimal]]:
    """The last value of each customer."""
    return {customer: values[-1:] for customer, values in revenue_in(rows).items()}


def newest(stage: Stage) -> dict[tuple[str], Decimal]:
    """What a reader of the live answer has now: a later row of a customer takes the place of the earlier one."""
    stage.topic("revenue_live").poll(0.02)
    return {customer: value for customer, (value,) in newest_in(stage.topic("revenue_live").rows).items()}


def how_many(stage: Stage) -> int:
    """How many rows the live answer has by now."""
    stage.topic("revenue_live").poll(0.02)
    return len(stage.topic("revenue_live").seen)


def is_answered(stage: Stage) -> bool:
    """Whether there are rows of the nightly answer, and a job has ended."""
    nightly = stage.topic("revenue_nightly")
    nightly.poll(0.02)
    return bool(nightly.seen) and any(job.state == "FINISHED" for job in stage.refresh())


@check
def jobs_run(run: Stage) -> None:
    """Flink jobs ask the question"""


@check(after=jobs_run)
def night_is_answered(run: Stage) -> None:
    """The nightly answer has one row for each customer who has paid, and its job ends"""
    wanted, found = revenue_of(run.facts.morning), revenue_in(run.topic("revenue_nightly").rows)
    for key in [*wanted, *sorted(found.keys() - wanted.keys(), key=str)]:
        values, paid = found.get(key, []), wanted.get(key)
        if values != [paid]:
            otherwise = "which events say that money has come in?"
            early = "it answers after every order: in which mode does a query answer once, at the end of its input?"
            raise Failure(
                expected=f"{key[0]}  {'no row' if paid is None else f'{shown(paid)}, one row'}",
                actual=f"{key[0]}  {'  then  '.join(map(shown, values)) or 'no row'}",
                because=run.timeline(key[0], limit=12),
                hint=early
                if values[1:] and values[-1] == paid
                else shapes.hint(run, revenue_of, run.facts.morning, found, otherwise=otherwise),
            )


@check(after=night_is_answered)
def live_answers(run: Stage) -> None:
    """The live question is answered while the stream is open"""


@check(after=live_answers)
def they_agree(run: Stage) -> None:
    """About the morning's orders, both answers say the same"""
    wanted, found = revenue_of(run.facts.morning), run.facts.live_then
    rows = {customer: [value] for customer, value in found.items()}
    hint = shapes.hint(
        run, revenue_of, run.facts.morning, rows, otherwise="the same orders, the same question: what differs in the two jobs?"
    )
    for key in [*wanted, *sorted(found.keys() - wanted.keys(), key=str)]:
        if found.get(key) != wanted.get(key):
            raise Failure(
                expected=f"{key[0]}  {shown(wanted.get(key, 'no row'))}, as in revenue_nightly",
                actual=f"{key[0]}  {shown(found.get(key, 'no row'))}",
                because=run.timeline(key[0], limit=12),
                hint=hint,
            )


@check(after=they_agree)
def live_follows(run: Stage) -> None:
    """Then it follows every order, which the nightly answer cannot"""
    for wanted, found in run.facts.looks:
        for key in [*wanted, *sorted(found.keys() - wanted.keys(), key=str)]:
            if found.get(key) != wanted.get(key):
                raise Failure(
                    expected=f"{key[0]}  {shown(wanted.get(key, 'no row'))}",
                    actual=f"{key[0]}  {shown(found.get(key, 'no row'))}",
                    because=run.timeline(key[0], act=OPEN, limit=12),
                    hint="which orders does the answer know of, and which of them came after the morning?",
                )
    compare_readers(run)


def compare_readers(run: Stage) -> None:
    """For the learner to see: what a reader gets who adds up all rows, and one who keeps the newest of each customer."""
    values = revenue_in(rows_of(run.facts.live_records))
    numbers = [value for of_customer in values.values() for value in of_customer if isinstance(value, Decimal | int)]
    paid = sum(revenue_of(run.topic("orders").sent[: run.facts.sent]).values())
    held = f"revenue_live held {len(numbers)} rows of {len(values)} customers"
    run.measure(f"{shown(paid)} had been paid when {held}: the newest of each add up to that, all of them to {shown(sum(numbers))}")


@check(after=live_follows)
def one_row_a_customer(run: Stage) -> None:
    """A reader who keeps the newest record of each key has one row for each customer"""
    records = run.facts.live_records
    kept = {record.key: record for record in records}
    held = revenue_in(rows_of(kept.values()))
    for key, last in newest_in(rows_of(records)).items():
        values = held.get(key, [])
        if values != last:
            twice = (
                f", together {shown(sum(v for v in values if isinstance(v, Decimal | int)))}: the same orders count more than once"
                if values[1:]
                else ""
            )
            of_customer = [record for record in records if (record.row() or {}).get("customer_id") == key[0]]
            raise Failure(
                expected=f"{key[0]}  {shown(last[0])}, one row",
                actual=f"{key[0]}  {' and '.join(map(shown, values)) or 'no row: it was replaced by a row of somebody else'}{twice}",
                because=[f"key {text(record.key)}   value {text(record.value)}" for record in of_customer[:6]],
                hint="by its key, a reader knows which record a newer one replaces. What do the keys of this customer's records say?",
            )


def text(content: bytes | None) -> str:
    return "none" if content is None else content.decode(errors="replace")[:60]


@check(after=live_follows)
def unruly_day(run: Stage) -> None:
    """The live answer is right on a day of orders in any order, over two partitions"""
    run.facts.days.judge(hint="which of its orders count?")
