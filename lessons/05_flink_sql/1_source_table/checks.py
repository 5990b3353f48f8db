"""What the table over `orders` makes of the messages: judged by the rows that a query over it writes, and by the job's watermark."""

from collections.abc import Callable
from decimal import Decimal

from streamlings.checks import Failure, check
from streamlings.shop import clock, ms
from streamlings.stage.records import to_json
from streamlings.stage.stage import Stage

STATUSES = ["CREATED", "PAID", "SHIPPED", "CANCELLED"]
LATE_BY_MS = 5_000


def scenario(stage: Stage) -> None:
    """Orders that lie in the topic beforehand, one that comes while the job runs, and then a message that is cut off."""
    shop, orders, order_log = stage.shop, stage.topic("orders"), stage.topic("order_log")
    customers = shop.customers(3)

    def order(at: int, **fields: object) -> dict:
        return shop.order(shop.random.choice(customers), at + shop.random.randrange(1, 1000), status=shop.random.choice(STATUSES), **fields)

    orders.send(*(order(ms(f"12:00:{n * 4:02}")) for n in range(5)), order(ms("12:00:30"), amount=Decimal("12345678.90")))
    # A job that begins at the newest offset asks for it when it runs, and knows it when its reader has the partition.
    stage.settle(lambda: stage.refresh() and all(job.running and job.readers() for job in stage.jobs))
    newest = order(ms("12:05:00"))
    orders.send(newest)
    order_log.until(order_id=newest["order_id"], proves=orders_arrive)

    stage.facts.readable = list(orders.sent)
    stage.facts.watermark_due = newest["timestamp"] - LATE_BY_MS
    stage.settle_behind(stage.facts.watermark_due)
    stage.facts.watermark = stage.watermark()
    if all(each.decided(stage) is None for each in (earlier_orders_arrive, rows_are_whole, time_is_the_orders_own, watermark_follows)):
        stage.account.compare()  # while the job still runs
        send_what_cannot_be_read(stage, order)


def send_what_cannot_be_read(stage: Stage, order: Callable[..., dict]) -> None:
    """A message that is cut off, an order whose amount is no number, and one more order. Only now: it ends the job, if all is well."""
    orders, order_log = stage.topic("orders"), stage.topic("order_log")
    stage.act("what cannot be read")
    stage.facts.cut_off = to_json(order(ms("12:05:10")))[:-20]
    stage.facts.misfit = order(ms("12:05:20"), amount="twelve")
    after = order(ms("12:05:30"))
    orders.send(stage.facts.cut_off, stage.facts.misfit, after)
    stage.settle(lambda: has_stopped(stage) or order_log.poll(0.02) is None or order_log.matching(order_id=after["order_id"]))
    stage.facts.stopped = has_stopped(stage)


def has_stopped(stage: Stage) -> bool:
    """Whether the job has failed at something it could not read; with checkpointing it is restarted, and fails again."""
    return any(job.state in ("FAILED", "FAILING", "RESTARTING") or job.restarts() for job in stage.refresh())


def log_of(order: dict) -> dict:
    """The oracle: what the log says of an order."""
    day, time = divmod(order["timestamp"] - ms("00:00"), 86_400_000)
    assert day == 0
    placed_at = f"2019-06-03 {time // 3_600_000:02}:{time // 60_000 % 60:02}:{time // 1000 % 60:02}.{time % 1000:03}"
    return {name: order[name] for name in ("order_id", "customer_id", "amount", "status")} | {"placed_at": placed_at}


def row_of(run: Stage, order: dict) -> dict:
    """The row of an order, {} where there is none."""
    return next(iter(run.topic("order_log").matching(order_id=order["order_id"])), {})


def as_flink_plans_it(run: Stage) -> list[str]:
    """The line of the job's plan that says how the row's columns are computed."""
    lines = [line for job in run.jobs for line in job.plan if "Calc" in line]
    return ["what Flink computes for each message:", *lines] if lines else []


@check
def orders_arrive(run: Stage) -> None:
    """An order is in the log while the stream is open"""


@check(after=orders_arrive)
def earlier_orders_arrive(run: Stage) -> None:
    """So is every order that was in the topic before the program started, once"""
    for order in run.facts.readable:
        count = len(run.topic("order_log").matching(order_id=order["order_id"]))
        if count != 1:
            raise Failure(
                expected=f"{order['order_id']}  one row",
                actual=f"{order['order_id']}  " + (f"{count} rows" if count else "no row"),
                because=run.timeline(limit=12),
                hint="where in the topic does the source begin when it has never read it before?",
            )


@check(after=earlier_orders_arrive)
def rows_are_whole(run: Stage) -> None:
    """A row has the order's customer, amount and status"""
    for order in run.facts.readable:
        row, wanted = row_of(run, order), log_of(order)
        for name in ("customer_id", "amount", "status"):
            if row.get(name) != wanted[name]:
                raise Failure(
                    expected=f"{order['order_id']}  {name} {wanted[name]}",
                    actual=f"{order['order_id']}  {name} {said(row.get(name))}",
                    because=[f"in the message: {name} {order[name]}", *as_flink_plans_it(run)],
                    hint="a column takes the field of its own name, letter by letter, and NULL where there is none",
                )


@check(after=rows_are_whole)
def time_is_the_orders_own(run: Stage) -> None:
    """placed_at is the moment at which the order was placed, to the millisecond"""
    wrong = [order for order in run.facts.readable if row_of(run, order).get("placed_at") != log_of(order)["placed_at"]]
    if wrong:
        order, got = wrong[0], row_of(run, wrong[0]).get("placed_at")
        raise Failure(
            expected=f"{order['order_id']}  placed_at {log_of(order)['placed_at']}",
            actual=f"{order['order_id']}  placed_at {said(got)}",
            because=[f"in the message: timestamp {order['timestamp']}", *as_flink_plans_it(run)],
            hint=why_another_time(run, order, got),
        )


def why_another_time(run: Stage, order: dict, got: object) -> str:
    computed = "".join(as_flink_plans_it(run))
    if got is None and "TO_TIMESTAMP" in computed:
        year = 1970 + order["timestamp"] // 31_556_952
        return f"{order['timestamp']} seconds are in the year {year}: more than Flink can write. What does the message count in?"
    if got is None:
        return "NULL without an error: the message has no field of that column's name, or its value does not fit and the error is ignored"
    if str(got)[:19] == log_of(order)["placed_at"][:19]:
        return "the second is right. Where on the way are the milliseconds left behind?"
    if not str(got).startswith("2019"):
        return "that is when the message reached Kafka, or the clock of today. Which field says when the order was placed?"
    return "that is another place's clock, or another moment. In which time zone is the text written?"


@check(after=time_is_the_orders_own)
def watermark_follows(run: Stage) -> None:
    """Its time is a time attribute: the watermark is 5 s behind the newest order"""
    due, got = run.facts.watermark_due, run.facts.watermark
    if got is None or not due - 1 <= got <= due:
        raise Failure(
            expected=f"a watermark of {clock(due)}",
            actual=f"a watermark of {clock(got)}" if got is not None else "no watermark: to Flink, the column is a value like any other",
            because=[f"the newest order: {clock(due + LATE_BY_MS)}"],
            hint="which line of the table declares how far behind the newest order the stream may be?",
        )


@check(after=watermark_follows)
def unreadable_is_not_hidden(run: Stage) -> None:
    """A message that cannot be read stops the job, and does not vanish"""
    if not run.facts.stopped:
        cut_off, misfit = run.facts.cut_off.decode(), run.facts.misfit
        row = row_of(run, misfit)
        came = f'of the order for "twelve" a row with amount {said(row["amount"])}' if row else 'none of the order for "twelve"'
        raise Failure(
            expected="the job stops at the message that is cut off",
            actual=f"the job goes on: there is no row of the message that is cut off, and {came}",
            because=[
                f"sent    {cut_off[:24]} ... {cut_off[-30:]}",
                f'sent    {{"order_id":"{misfit["order_id"]}", ... "amount":"twelve", ...',
                *([f'output  {{"order_id":"{misfit["order_id"]}", ... "amount":null, ...'] if row else []),
            ],
            hint="which option of the format turns what cannot be read into nothing, without a word?",
        )


def said(value: object) -> str:
    return "NULL" if value is None else str(value)
