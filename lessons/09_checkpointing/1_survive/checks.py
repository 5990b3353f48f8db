"""The TaskManager is killed in the middle of the stream. What counts is what the totals say afterwards, and where the job went on from."""

from decimal import Decimal

from streamlings import wait
from streamlings.checks import Failure, check
from streamlings.stage import shapes
from streamlings.stage.stage import Stage

TWICE_A_SECOND_MS = range(200, 1001)
MOMENTS = ("while a checkpoint is under way", "between two checkpoints", "right after a checkpoint")
"""When the TaskManager is killed: the seed chooses."""


def scenario(stage: Stage) -> None:
    """Orders, a checkpoint, more orders, a kill at one of three moments, and orders that arrive while nothing runs."""
    orders, totals = stage.topic("orders"), stage.topic("totals")
    stage.facts.customers = stage.shop.customers(4)
    orders.send(*some_orders(stage, 20, minute=0))
    wanted = running_totals(orders.sent)
    stage.until(lambda: totals.poll(0.02) is None or newest(stage) == wanted, "totals that are up to date", proves=totals_are_up_to_date)
    stage.until_checkpoint(proves=checkpoints_are_taken, hint="Flink takes checkpoints only when the job asks for them: at which interval?")
    stage.require(checkpoints_are_taken, patience=1)  # the moments below are some tenths of a second long

    stage.act("the kill")
    moment = MOMENTS[stage.seed % len(MOMENTS)]
    if moment == "right after a checkpoint":
        orders_after_the_checkpoint(stage)
        stage.until_checkpoint()
        stage.kill_taskmanager()
    else:
        during = moment == "while a checkpoint is under way"
        stage.kill_taskmanager(after=lambda: orders_after_the_checkpoint(stage), during_checkpoint=during)
    orders.send(*some_orders(stage, 10, minute=2))
    stage.until_restored(proves=job_comes_back)
    stage.settle(lambda: totals.poll(0.02) is None or newest(stage) == running_totals(orders.sent))


def orders_after_the_checkpoint(stage: Stage) -> None:
    """The job counts them; while the JobManager stands still, no checkpoint holds them."""
    orders, totals = stage.topic("orders"), stage.topic("totals")
    events, before = some_orders(stage, 15, minute=1), totals.appended()
    orders.send(*events)
    is_there = lambda: totals.poll(0.02) is None or newest(stage) == running_totals(orders.sent)  # noqa: E731
    wait.until(lambda: is_there() or totals.appended() >= before + len(events), deadline_s=10)  # a transaction is not committed now


def some_orders(stage: Stage, count: int, *, minute: int) -> list[dict]:
    """Seeded orders of the four customers; each of them orders at least once."""
    names = stage.facts.customers + [stage.shop.random.choice(stage.facts.customers) for _ in range(count - 4)]
    return [stage.shop.order(name, f"12:{minute:02}:{second:02}") for second, name in enumerate(names)]


def running_totals(orders: list[dict]) -> dict[tuple[str], tuple[int, Decimal]]:
    """The oracle: by customer, how many orders, and for how much."""
    totals: dict[tuple[str], tuple[int, Decimal]] = {}
    for order in orders:
        count, revenue = totals.get((order["customer_id"],), (0, Decimal(0)))
        totals[order["customer_id"],] = (count + 1, revenue + order["amount"])
    return totals


def newest(run: Stage) -> dict[tuple[str], tuple[int, Decimal]]:
    """What a reader of the topic keeps: the latest row of each customer."""
    return {key: (row.get("orders"), row.get("revenue")) for key, row in run.topic("totals").latest("customer_id").items()}


@check
def totals_are_up_to_date(run: Stage) -> None:
    """While nothing fails, each customer's total is up to date"""


@check(after=totals_are_up_to_date)
def checkpoints_are_taken(run: Stage) -> None:
    """Checkpoints complete while the stream flows, about twice a second"""
    interval_ms = max(job.checkpoint_interval() or 0 for job in run.jobs)
    if interval_ms not in TWICE_A_SECOND_MS:
        raise Failure(
            expected="a checkpoint about twice a second",
            actual=f"the job takes one every {interval_ms / 1000:g} s",
            hint="after a crash, everything since the last checkpoint is read again: how much may that be? And what does each one cost?",
        )


@check(after=checkpoints_are_taken)
def job_comes_back(run: Stage) -> None:
    """After its TaskManager is killed, the job runs again"""


@check(after=job_comes_back)
def state_is_restored(run: Stage) -> None:
    """It goes on from a checkpoint, not from the beginning"""
    if not run.restored_checkpoints():
        raise Failure(
            expected="restored from a checkpoint",
            actual="restarted from no checkpoint: empty state, and Kafka read from the beginning",
            because=run.timeline(act="the kill", limit=8),
            hint="what had the job written down when the machine died?",
        )


def before_the_kill(run: Stage, customer: str) -> list[str]:
    """The customer's last total in the first part, which a checkpoint holds."""
    rows = [line for line in run.timeline(customer, limit=1000) if line.startswith("output")]
    return [*rows[-1:], "checkpoint completed"]


@check(after=state_is_restored)
def totals_go_on(run: Stage) -> None:
    """The totals are right: nothing lost, nothing counted twice"""
    wanted, found = running_totals(run.topic("orders").sent), newest(run)
    rows = {key: [value] for key, value in found.items()}
    hint = shapes.hint(run, running_totals, run.topic("orders").sent, rows, otherwise="which orders are missing, or counted twice?")
    for key in sorted(wanted):
        if found.get(key) != wanted[key]:
            (customer,) = key
            count, revenue = wanted[key]
            got_count, got_revenue = found.get(key, (0, Decimal(0)))
            raise Failure(
                expected=f"{customer}  {count} orders, {revenue}",
                actual=f"{customer}  {got_count} orders, {got_revenue}",
                because=[*before_the_kill(run, customer), *run.timeline(customer, act="the kill", limit=10)],
                hint=hint,
            )
