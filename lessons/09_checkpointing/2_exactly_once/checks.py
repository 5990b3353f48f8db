"""The TaskManager is killed while a transaction is open. Judged record by record, as readers of committed records see it."""

from collections import Counter
from decimal import Decimal

from streamlings import wait
from streamlings.checks import Failure, check
from streamlings.stage.records import read_all
from streamlings.stage.stage import Stage
from streamlings.stage.topic import rows_of

SINKS = {"charges": ("order_id", "customer_id", "amount"), "parcels": ("order_id", "customer_id")}
TWICE_A_SECOND_MS = range(200, 1001)
OUTAGE_MS = 60_000
"""So long a machine may be away."""
BEGINS = "what is written becomes visible when its transaction is committed, and that happens with a checkpoint: does one complete?"


def scenario(stage: Stage) -> None:
    """Orders, a checkpoint, orders whose rows lie in an open transaction, a kill between two checkpoints or during one, more orders."""
    orders = stage.topic("orders")
    stage.facts.customers = stage.shop.customers(4)
    stage.facts.transactions = stage.transaction_timeouts()
    orders.send(*some_orders(stage, 12, minute=0))
    stage.until(lambda: all_committed(stage), "a row in charges and parcels for each paid order", proves=committed_rows_come, hint=BEGINS)
    stage.until_checkpoint(hint=BEGINS)

    stage.act("the kill")
    stage.kill_taskmanager(after=lambda: orders_of_an_open_transaction(stage), during_checkpoint=stage.seed % 2 == 0)
    orders.send(*some_orders(stage, 8, minute=2))
    stage.until_restored(proves=job_comes_back)
    stage.settle(lambda: all_committed(stage) and newest(stage) == revenue_of(orders.sent))
    stage.topic("revenue").poll(0.02)
    stage.facts.timeouts = [ms for name, ms in stage.transaction_timeouts().items() if name not in stage.facts.transactions]


def some_orders(stage: Stage, count: int, *, minute: int) -> list[dict]:
    """Seeded orders of the four customers; three in four are paid, and the last one is."""
    random, names = stage.shop.random, stage.facts.customers
    statuses = [random.choice(["PAID", "PAID", "PAID", "CREATED"]) for _ in range(count - 1)] + ["PAID"]
    return [stage.shop.order(random.choice(names), f"12:{minute:02}:{n:02}", status=status) for n, status in enumerate(statuses)]


def orders_of_an_open_transaction(stage: Stage) -> None:
    """The job writes their rows, and has not committed them when it dies."""
    events, sinks = some_orders(stage, 10, minute=1), [stage.topic(name) for name in SINKS]
    due = [sink.appended() + sum(order["status"] == "PAID" for order in events) for sink in sinks]
    stage.topic("orders").send(*events)
    wait.until(lambda: all(sink.appended() >= length for sink, length in zip(sinks, due, strict=True)), deadline_s=10)


def uncommitted(stage: Stage, name: str) -> list[dict]:
    """The rows of a topic as read_uncommitted sees them now."""
    topic = stage.topic(name)
    return rows_of(read_all(stage.lab.kafka, topic.full_name, topic.partitions, isolation="read_uncommitted"))


def paid_orders(stage: Stage) -> list[dict]:
    """The oracle: the orders of which each has one row in either topic."""
    return [order for order in stage.topic("orders").sent if order["status"] == "PAID"]


def revenue_of(orders: list[dict]) -> dict[str, Decimal]:
    """The oracle: by customer, what was charged."""
    total: dict[str, Decimal] = {}
    for order in orders:
        if order["status"] == "PAID":
            total[order["customer_id"]] = total.get(order["customer_id"], Decimal(0)) + order["amount"]
    return total


def newest(run: Stage) -> dict[str, Decimal]:
    """What a reader of revenue keeps: the latest row of each customer."""
    return {str(customer): row.get("revenue") for (customer,), row in run.topic("revenue").latest("customer_id").items()}


def all_committed(stage: Stage) -> bool:
    """Whether a reader of committed records finds a row for each paid order in both topics."""
    wanted = {order["order_id"] for order in paid_orders(stage)}
    for topic in stage.outputs():
        topic.poll(0.01)
    return all(wanted <= {row.get("order_id") for row in stage.topic(name).rows} for name in SINKS)


@check
def committed_rows_come(run: Stage) -> None:
    """Each paid order is in both topics, committed, while the stream is open"""
    interval_ms = max((job.checkpoint_interval() or 0 for job in run.jobs), default=0)
    if interval_ms not in TWICE_A_SECOND_MS:
        raise Failure(
            expected="a checkpoint about twice a second, as before",
            actual=f"the job takes one every {interval_ms / 1000:g} s",
            hint="rows are seen when their checkpoint is complete: how long may a customer wait?",
        )


@check(after=committed_rows_come)
def job_comes_back(run: Stage) -> None:
    """After its TaskManager is killed, the job runs again"""


@check(after=job_comes_back)
def each_order_once(run: Stage) -> None:
    """Whoever reads committed records sees each paid order once in both topics, and no other"""
    shortest = min(run.facts.timeouts, default=OUTAGE_MS)
    if shortest < OUTAGE_MS:
        raise Failure(
            expected="transactions that stay open for the minute that a machine may be away: their rows are then committed",
            actual=f"the broker aborts them after {shortest / 1000:g} s",
            hint="a row may be written, and counted by its checkpoint, but not committed when the machine dies. How long is it kept?",
        )
    for name, fields in SINKS.items():
        wanted = Counter(tuple(order[field] for field in fields) for order in paid_orders(run))
        found = Counter(tuple(row.get(field) for field in fields) for row in run.topic(name).rows)
        aborted = len(uncommitted(run, name)) - found.total()
        run.measure(
            f"{name}: {found.total()} rows for readers of committed records; read_uncommitted shows {aborted} more, of what was aborted"
        )
        for row in [*wanted, *found]:
            if wanted[row] != found[row]:
                times = {0: "no row", 1: "one row"}
                hint = "it was written before the crash, and written once more after the crash. Who could have hidden the first one?"
                raise Failure(
                    expected=f"{name}  {'  '.join(map(str, row))}  {times[wanted[row]]}",
                    actual=times.get(found[row], f"{found[row]} rows"),
                    because=run.timeline(row[0], act="the kill", limit=12),
                    hint=hint if found[row] > 1 else "is every row that was written committed in the end?",
                )


@check(after=each_order_once)
def revenue_counts_once(run: Stage) -> None:
    """The revenue, which reads charges, counts each of them once"""
    wanted, found = revenue_of(run.topic("orders").sent), newest(run)
    for customer in sorted(wanted):
        if found.get(customer) != wanted[customer]:
            raise Failure(
                expected=f"{customer}  {wanted[customer]}",
                actual=f"{customer}  {found.get(customer, 'no row')}",
                because=run.timeline(customer, act="the kill", limit=12),
                hint="charges has each of them once. Which records does your query read of it: also those that were aborted?",
            )
