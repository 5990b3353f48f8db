"""Three partitions, of which one falls silent: what lies in the topic counts in full, the others go on, and who wakes up counts again."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from streamlings import wait
from streamlings.checks import Failure, check
from streamlings.shop import Event, Shop, ms, shown, time_of_day
from streamlings.stage import shapes
from streamlings.stage.days import DAY_MS, fold
from streamlings.stage.records import to_json
from streamlings.stage.stage import Stage
from streamlings.stage.stuck import Stuck

MINUTE = 60_000
BACKLOG_MINUTES = 20
BACKLOG_ORDERS = (900, 90, 900)
"""By partition. One task reads partitions 0 and 2, and makes a few watermarks meanwhile."""

BASKET = "x" * 8_000
"""What makes orders so large that a consumer gets a few minutes of one partition (1 MB), then a few of the next, and so on in turn."""

SILENT = 1
IDLE = 30
"""A partition may be waited for 2 s: so many looks at the job, at most ten a second, may see nothing move; on a busy machine more."""

MARKED = "Is it ever marked as idle, and after how long? What is set behind the INSERT comes too late."

Key = tuple[str, str]
Total = tuple[int, Decimal]


def scenario(stage: Stage) -> None:
    """A backlog in three partitions; then partition 1 is silent while the others go on; then it wakes up, and they are silent."""
    orders, totals, order = stage.topic("orders"), stage.topic("totals"), stage.shop.order
    names = stage.facts.customers = stage.shop.customers(3)
    stage.windows(minutes=1)
    stage.facts.backlog = [backlog(stage.shop, name, count) for name, count in zip(names, BACKLOG_ORDERS, strict=True)]
    for partition, events in enumerate(stage.facts.backlog):
        orders.send(*(to_json(event | {"basket": BASKET}) for event in events), partition=partition)
    counted = stage.facts.counted = []

    def send(partition: int, *times: str) -> None:
        events = [order(names[partition], at) for at in times]
        counted.extend(events)
        orders.send(*events, partition=partition)

    stage.act("every partition sends")
    for partition in range(3):
        send(partition, "14:21:10")
    newest = ms("14:21:05")
    keeps_up = lambda: newest - 1 <= (stage.watermark() or 0) < newest + DAY_MS  # noqa: E731
    hint = "how far behind the newest order does the watermark stay?"
    stage.until(keeps_up, "a watermark of 14:21:05 or later", proves=watermark_keeps_up, hint=hint)
    stage.observe()
    stage.until(lambda: True, "the rows of the backlog", proves=backlog_counts)

    stage.act("partition 1 is silent")
    for at in ("14:21:30", "14:21:50"):
        send(0, at)
        send(2, at)
    # Either may count as idle by now, and its orders must not be read after the other's newest one.
    stage.settle(lambda: not any(stage.unread(job) for job in stage.refresh()))
    send(0, "14:23:02.5")
    send(2, "14:23:02.5")
    try:
        totals.until(customer_id=names[0], minute="14:21", proves=silence_holds_nobody_back, patience=IDLE, deadline_s=8 * wait.crowding())
    except Stuck as stuck:
        stuck.hint = stuck.hint and f"{stuck.hint} {MARKED}"
        raise
    passed = ms("14:22:57.5")
    stage.settle_behind(passed, lambda: all(totals.matching(customer_id=name, minute="14:21") for name in names))

    stage.act("partition 1 wakes up")  # the others are silent now: were they to go on, its orders would race theirs
    stage.facts.too_late = order(names[SILENT], "14:21:30")
    orders.send(stage.facts.too_late, partition=SILENT)
    send(SILENT, "14:22:58", "14:24:07")
    over = ms("14:24:02") - 1
    awake = "a watermark of 14:24:02 or later, now that the others are silent"
    stage.until(lambda: (stage.watermark() or 0) >= over, awake, proves=awake_again_counts, patience=IDLE, deadline_s=8 * wait.crowding())
    stage.observe()


def backlog(shop: Shop, customer: str, count: int) -> list[Event]:
    """Orders of one customer over twenty minutes, some in each of them, by time; none within 1 s of a minute's edge."""
    random, start = shop.random, ms("14:00")
    times = [start + minute * MINUTE + 30_000 for minute in range(BACKLOG_MINUTES)]
    times += [start + random.randrange(BACKLOG_MINUTES) * MINUTE + random.randrange(1_000, 59_000) for _ in range(count)]
    return [shop.order(customer, at) for at in sorted(times)]


def live_events(shop: Shop) -> Iterator[Event]:
    """What `./streamlings run` sends: orders of two customers, so that one of three partitions is empty."""
    customers, at = shop.customers(2), ms("14:00")
    while True:
        at += 5_000
        yield shop.order(shop.random.choice(customers), at)


def minutes_of(orders: list[Event]) -> dict[Key, Total]:
    """The oracle: by customer and minute, how many orders were placed, and for how much."""
    totals: dict[Key, Total] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        minute = (o["customer_id"], time_of_day(o["timestamp"] // MINUTE * MINUTE))
        count, revenue = totals[minute]
        totals[minute] = (count + 1, revenue + o["amount"])
    return dict(totals)


def closed_minutes_of(orders: list[Event]) -> dict[Key, Total]:
    """The oracle for the minutes that are over when the scenario is."""
    return {key: total for key, total in minutes_of(orders).items() if key[1] < "14:24"}


def minutes_in(run: Stage) -> dict[Key, list[Any]]:
    """What was reported, by customer and minute."""
    rows = run.topic("totals").rows
    return fold(((row.get("customer_id"), row.get("minute")), (row.get("orders"), row.get("revenue"))) for row in rows)


def said(totals: list[Any]) -> str:
    """Rows of one customer's minute, in words."""
    return "  then  ".join(f"orders {count}  revenue {shown(revenue)}" for count, revenue in totals) or "no row"


@check
def watermark_keeps_up(run: Stage) -> None:
    """While every partition sends, the watermark stays no further behind than 5 s"""


@check(after=watermark_keeps_up)
def backlog_counts(run: Stage) -> None:
    """What lay in the topic when the job started counts in full, whichever partition is read first"""
    found = minutes_in(run)
    wanted = {key: total for events in run.facts.backlog for key, total in minutes_of(events).items()}
    for (customer, minute), total in wanted.items():
        rows = found.get((customer, minute), [])
        if rows != [total]:
            is_less = len(rows) < 2 and all(count < total[0] for count, _ in rows)
            raise Failure(
                expected=f"{customer} {minute}  {said([total])}",
                actual=f"{customer} {minute}  {said(rows)}",
                because=counted_of_each_partition(run, found),
                hint="in its own partition none of the orders is late. Whose orders had moved the watermark when they were read?"
                if is_less
                else "which orders are in each row of that minute?",
            )


def counted_of_each_partition(run: Stage, found: dict[Key, list[Any]]) -> list[str]:
    lines = []
    for partition, (customer, events) in enumerate(zip(run.facts.customers, run.facts.backlog, strict=True)):
        there = sum(count for key in minutes_of(events) for count, _ in found.get(key, []) if isinstance(count, int))
        lines.append(f"partition {partition}: {len(events):,} orders of {customer}, {there:,} counted")
    return lines


@check(after=backlog_counts)
def silence_holds_nobody_back(run: Stage) -> None:
    """While partition 1 is silent, the others' minutes are reported"""


@check(after=silence_holds_nobody_back)
def awake_again_counts(run: Stage) -> None:
    """When it wakes up, its orders count that come in time, and no others"""
    wanted, found = closed_minutes_of(run.facts.counted), minutes_in(run)
    live = {key: rows for key, rows in found.items() if str(key[1]) >= "14:21"}
    names = [run.facts.customers[SILENT], *run.facts.customers]
    for key in [(name, minute) for name in names for minute in ("14:22", "14:21", "14:23")]:
        total = [wanted[key]] if key in wanted else []
        if live.get(key, []) != total:
            hint = shapes.hint(
                run,
                closed_minutes_of,
                run.facts.counted,
                live,
                uncounted=[run.facts.too_late],
                shown=key,
                otherwise="where did the watermark stand when its orders came?",
            )
            raise Failure(
                expected=f"{' '.join(key)}  {said(total)}",
                actual=f"{' '.join(key)}  {said(live.get(key, []))}",
                because=run.timeline(key[0], act="partition 1 wakes up"),
                hint=hint,
            )
