"""Version 1 runs, and is replaced by version 2 while a minute is open: no order may be lost for it, or counted twice."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from streamlings import wait
from streamlings.checks import Failure, check
from streamlings.shop import Event, ms, time_of_day
from streamlings.stage.days import Days, fold, unruly
from streamlings.stage.job import FlinkJob
from streamlings.stage.patience import Rest
from streamlings.stage.stage import Stage

MINUTE = 60_000
CHANGE, AFTER = "the change", "version 2"
Key = tuple[str, str]
Total = tuple[int, Decimal | None]

NO_START = "what does Flink say of version 2's start?"


def scenario(stage: Stage) -> None:
    """A minute that version 1 reports, and one that it has begun; the program once more; the rest of that minute, an order sent twice."""
    orders, totals, order = stage.topic("orders"), stage.topic("totals"), stage.shop.order
    ada, bob, cleo = stage.facts.customers = stage.shop.customers(3)
    stage.windows(minutes=1)
    stage.share_folders()  # savepoints

    def send(*events: Event) -> None:
        """In turn to both partitions; the last of them is the newest in both."""
        for n, event in enumerate(events):
            orders.send(event, partition=n % 2)
        orders.tick(events[-1]["timestamp"])

    stage.facts.first = [order(ada, "12:00:10"), order(bob, "12:00:20"), order(ada, "12:00:40")]
    stage.facts.open = [order(ada, "12:01:05"), order(bob, "12:01:08"), order(cleo, "12:01:09"), order(ada, "12:01:10")]
    send(*stage.facts.first)
    stage.until_watermark("12:00:35")  # one task reads both partitions: what is yet unread in one, the other would make late
    send(*stage.facts.open)
    totals.until(customer_id=ada, minute="12:00", proves=version_1_reports)
    stage.until_watermark("12:01:05")

    stage.act(CHANGE)
    version_1 = stage.facts.version_1 = stage.refresh()[0]
    stage.start_again()
    until_it_has_stopped(stage, version_1)
    stage.require(stops_with_a_savepoint, patience=1)
    stage.read_what_lies_there()
    stage.account.begin_anew()
    stage.until(lambda: has_started(stage), "version 2 running", proves=version_2_begins_with_it, hint=NO_START)
    stage.observe()
    stage.require(version_2_begins_with_it)

    stage.act(AFTER)
    stage.facts.rest = [order(bob, "12:01:30"), order(ada, "12:01:50"), order(ada, "12:02:02")]
    send(*stage.facts.rest)
    stage.settle_behind(ms("12:01:57"))  # read in one go, an order is hardly late for anybody
    late = [order(bob, "12:01:57.5"), order(bob, "12:02:10"), order(cleo, "12:02:12")]
    stage.facts.rest += late
    send(*late, late[-1] | {"status": "SHIPPED"}, order(bob, "12:03:10"))
    stage.settle_behind(ms("12:03:05"), lambda: totals.matching(customer_id=ada, minute="12:02"))
    for proved in (open_minute_is_whole, sent_twice_counts_once):
        stage.until(lambda: True, "the rows of 12:01 and 12:02", proves=proved)

    stage.require(sent_twice_counts_once)
    say: Callable[[Total], str] = "{0[0]} orders, {0[1]}".format
    days = stage.facts.days = Days(stage, "orders", "totals", oracle=minutes_of, found=minutes_in, say=say, bound_ms=5_000)
    days.play(with_some_twice(stage), proves=unruly_day_adds_up)


def ended(stage: Stage, job: FlinkJob) -> bool:
    stage.refresh()
    return job.ended


def until_it_has_stopped(stage: Stage, job: FlinkJob) -> None:
    """Wait until the program has stopped a job, or does nothing any more that could, and what it has asked for is done."""
    program = stage.program
    assert program is not None
    rest = Rest(program)
    wait.until(lambda: ended(stage, job) or program.ended or (rest.reached() and not under_way(stage, job)), deadline_s=120)
    wait.until(lambda: ended(stage, job), deadline_s=1)
    wait.until(lambda: ended(stage, job) or not under_way(stage, job), deadline_s=30)


def under_way(stage: Stage, job: FlinkJob) -> bool:
    """Whether a checkpoint or savepoint is."""
    return bool(stage.rest.checkpoints(job.id)["counts"]["in_progress"])


def has_started(stage: Stage) -> bool:
    """Whether a job runs that the program has submitted since."""
    jobs = [job for job in stage.refresh() if job is not stage.facts.version_1]
    return bool(jobs) and all(job.running for job in jobs)


def savepoint_of(run: Stage, job: FlinkJob) -> str:
    """Where the newest savepoint of a job lies, "" where it has none."""
    return str((run.rest.checkpoints(job.id)["latest"].get("savepoint") or {}).get("external_path", ""))


def with_some_twice(stage: Stage) -> dict[str, list[Event]]:
    """An unruly day, on which a third of the orders is sent again a little later."""
    random = stage.shop.random
    cases = unruly(stage.shop.order, random, first=780, windows=4, window_ms=MINUTE, late_ms=4_900)
    for events in cases.values():
        for event in random.sample(events, len(events) // 3):
            events.insert(events.index(event) + random.randint(1, 3), event | {"status": "SHIPPED"})
    return cases


def minutes_of(orders: list[Event]) -> dict[Key, Total]:
    """The oracle: by customer and minute, how many orders were placed, and for how much, whatever was sent twice."""
    totals: dict[Key, Total] = defaultdict(lambda: (0, Decimal(0)))
    for o in {o["order_id"]: o for o in orders}.values():
        key = (o["customer_id"], time_of_day(o["timestamp"] // MINUTE * MINUTE))
        totals[key] = (totals[key][0] + 1, totals[key][1] + o["amount"])
    return dict(totals)


def minutes_in(rows: list[dict]) -> dict[Key, list[Total]]:
    """What was reported, by customer and minute; a row of version 1 has no revenue."""
    return fold(((row.get("customer_id"), row.get("minute")), (row.get("orders"), row.get("revenue"))) for row in rows)


def said(totals: list[Total]) -> str:
    """Rows of one customer's minute, in words."""
    told = [f"{count} {'order' if count == 1 else 'orders'}{'' if revenue is None else f', {revenue}'}" for count, revenue in totals]
    return "  then  ".join(told) or "no row"


def compare(run: Stage, wanted: dict[Key, Total], *, act: str, hint: Callable[[list[Total], Total], str]) -> None:
    """Raise Failure for the first customer's minute for which not exactly the row came that the oracle says."""
    found = minutes_in(run.topic("totals").rows)
    for key, total in wanted.items():
        rows = found.get(key, [])
        if rows != [total]:
            raise Failure(
                expected=f"{' '.join(key)}  {said([total])}",
                actual=f"{' '.join(key)}  {said(rows)}",
                because=run.timeline(key[0], window=key[1], act=act, limit=14),
                hint=hint(rows, total),
            )


@check
def version_1_reports(run: Stage) -> None:
    """Version 1 reports 12:00 while the stream is open"""


@check(after=version_1_reports)
def stops_with_a_savepoint(run: Stage) -> None:
    """When the program is run again, version 1 is stopped with a savepoint"""
    state, savepoint = run.facts.version_1.state, savepoint_of(run, run.facts.version_1)
    if state != "FINISHED" or not savepoint:
        hint = "two things are gone with a job: what it has counted, and how far it has read. Who could write both down first?"
        if savepoint:
            hint = "a savepoint of a job that goes on is old at once. What stops it at that very point?"
        raise Failure(
            expected="version 1 FINISHED, as Flink calls it, and a savepoint of it",
            actual=f"version 1 {state}, and {'a' if savepoint else 'no'} savepoint of it",
            hint=hint,
        )


@check(after=stops_with_a_savepoint)
def version_2_begins_with_it(run: Stage) -> None:
    """Version 2 begins with that savepoint, and has two tasks for each step"""
    jobs = [job for job in run.jobs if job is not run.facts.version_1]
    begun_with = [str((job.restored_checkpoint() or {}).get("external_path", "")) for job in jobs]
    savepoint = savepoint_of(run, run.facts.version_1)
    if begun_with != [savepoint]:
        raise Failure(
            expected="one job, which begins with version 1's savepoint",
            actual=f"{len(jobs)} job{'s' * (len(jobs) != 1)}, which began with {' and '.join(name or 'no state' for name in begun_with)}",
            because=run.timeline(act=CHANGE, limit=8),
            hint="the savepoint's location is in the answer when it is completed. Who has to be told of it, and before what?",
        )
    most = max(vertex["parallelism"] for job in jobs for vertex in job.vertices)
    if most != 2:
        raise Failure(
            expected="two tasks for each step of version 2",
            actual=f"{most}",
            hint="what says how many tasks there are: the savepoint, or the program?",
        )


@check(after=version_2_begins_with_it)
def open_minute_is_whole(run: Stage) -> None:
    """12:00 is reported once, by version 1; 12:01, which was open meanwhile, once and whole, by version 2"""
    first, both = run.facts.first, [*run.facts.open, *run.facts.rest]

    def hint(rows: list[Total], total: Total) -> str:
        if len(rows) > 1 and rows[0][1] is None and total[1] is not None:
            return "version 1 reported an open minute when it was stopped, as if no order could come any more. What did you ask it to do?"
        if len(rows) > 1:
            return "how far had version 1 read, and where did version 2 begin?"
        return "what version 1 had counted is not there. Which step of version 2 looks for it, and under which name?"

    compare(run, {key: (count, None) for key, (count, _) in minutes_of(first).items()}, act=AFTER, hint=hint)
    compare(run, {key: total for key, total in minutes_of(both).items() if key[1] == "12:01"}, act=AFTER, hint=hint)


@check(after=open_minute_is_whole)
def sent_twice_counts_once(run: Stage) -> None:
    """An order that is sent twice counts once from version 2 on"""
    wanted = {key: total for key, total in minutes_of(run.facts.rest).items() if key[1] == "12:02"}
    compare(run, wanted, act=AFTER, hint=lambda *_: "the same order_id came twice. Which step of version 2 knows what came before?")


@check(after=sent_twice_counts_once)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which orders come in any order within 4.9 s, and some twice, adds up"""
    run.facts.days.judge(hint="which orders are in that row?")
