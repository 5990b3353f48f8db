"""Four needs, measured: how often, how much is copied, how long a checkpoint takes in a rush, and how much is done again after a crash."""

import time
from collections import Counter
from decimal import Decimal
from hashlib import pbkdf2_hmac
from itertools import pairwise
from typing import Any

from streamlings.checks import Failure, check
from streamlings.shop import Event
from streamlings.stage.records import to_json
from streamlings.stage.stage import Stage

GUESTS = 8_000
"""Each has ordered once, for so little that nobody asks the model: they make the state large."""

COMPARED = 100
"""So many rows of the rush are compared with what the model says, and those of the guests before it."""

RUSH = 4_000
"""Orders for the model, at once: some seconds of work, which wait in Flink's buffers."""

INTERVAL_MS = range(500, 3_001)
COPIED_SHARE = 0.25
RUSH_MS, AGAIN_MS = 2_000, 3_000
ENOUGH = 3
"""So many checkpoints that are complete in time show that they are."""
IN_THE_RUSH, KILL = "the rush", "the kill"


def scenario(stage: Stage) -> None:
    """Guests, until checkpoints are taken of what is known of them; a rush, until three have been taken in it; a kill in the middle."""
    stage.facts.sent = [stage.shop.order(f"guest-{n:05}", "11:00", amount=Decimal("0.99")) for n in range(GUESTS)]
    send(stage, stage.facts.sent)
    hint = "are the orders read, and is each scored?"
    stage.until(lambda: written(stage) >= GUESTS, f"a score for each of {GUESTS:,} orders", proves=scores_come, hint=hint)
    stage.require(checkpoints_are_taken, patience=1)
    stage.until_checkpoint(proves=checkpoints_are_taken, patience=100)  # two of them, 3 s apart
    quiet_ms = time.time() * 1000
    quiet = lambda: [entry for entry in completed(stage) if entry["trigger_timestamp"] > quiet_ms]  # noqa: E731
    # The first of them has the last changes, and one may come after RocksDB has merged its files: then all of them are new.
    stage.settle(lambda: len(quiet()) >= 4 or any(share(entry) <= COPIED_SHARE for entry in quiet()), patience=150)
    stage.facts.quiet = min(quiet(), key=share, default=None)
    stage.until(lambda: True, "checkpoints while little changes", proves=copies_what_has_changed)
    stage.require(copies_what_has_changed, patience=1)

    stage.act(IN_THE_RUSH)
    names = [f"{name}-{n}" for name in stage.shop.customers(10) for n in range(5)]
    rush = [stage.shop.order(names[0], "12:00", amount=Decimal(amount)) for amount in ("0.99", "1.00", "1.50")]
    rush += [stage.shop.order(stage.shop.random.choice(names), "12:00") for _ in range(RUSH - len(rush))]
    stage.facts.sent += rush[:COMPARED]
    send(stage, rush)
    stage.settle(lambda: written(stage) > GUESTS)
    stage.facts.rush_ms = time.time() * 1000  # by now orders wait for the model
    first, first_s = written(stage), time.monotonic()
    stage.facts.begun = stage.facts.in_time = []
    stage.settle(lambda: look(stage) or written(stage) >= GUESTS + RUSH)
    stage.facts.per_second = (written(stage) - first) / (time.monotonic() - first_s)
    stage.until(lambda: True, "checkpoints in the rush", proves=completes_in_a_rush)
    stage.require(completes_in_a_rush, patience=1)

    stage.act(KILL)

    def moment() -> None:
        stage.facts.killed_ms = time.time() * 1000

    stage.kill_taskmanager(after=moment)
    stage.until_restored(proves=job_comes_back)
    stage.facts.gone_back_to = [entry for job in stage.jobs for entry in restored_of(stage, job)]
    stage.measure(f"running again {(time.time() * 1000 - stage.facts.killed_ms) / 1000:.1f} s after the kill")
    stage.until(lambda: True, "the checkpoint that it went back to", proves=little_is_done_again)


def send(stage: Stage, orders: list[Event]) -> None:
    """As bytes: a time line with thousands of orders tells nobody anything."""
    stage.topic("orders").send(*(to_json(order) for order in orders))


def written(stage: Stage) -> int:
    """How many rows the job has written since it was started last."""
    stage.refresh()
    return sum(job.rows_written() for job in stage.jobs)


def history(run: Stage) -> list[dict[str, Any]]:
    """What Flink remembers of the job's checkpoints (the newest ten or so), the oldest first; times in ms since 1970, sizes in bytes."""
    return [entry for job in run.jobs for entry in reversed(run.rest.checkpoints(job.id)["history"])]


def completed(run: Stage) -> list[dict[str, Any]]:
    return [entry for entry in history(run) if entry["status"] == "COMPLETED"]


def look(stage: Stage) -> bool:
    """Note the checkpoints that were begun in the rush, and those among them that are late: complete too late, given up, or under way for
    too long. The answer is whether enough is seen. What is complete in time counts only while orders still wait for the model."""
    facts, now_ms = stage.facts, time.time() * 1000
    facts.begun = [entry for entry in history(stage) if entry["trigger_timestamp"] > facts.rush_ms]
    took = {id(e): now_ms - e["trigger_timestamp"] if e["status"] == "IN_PROGRESS" else e["end_to_end_duration"] for e in facts.begun}
    facts.late = [e for e in facts.begun if e["status"] == "FAILED" or took[id(e)] > RUSH_MS]
    if written(stage) < GUESTS + RUSH:
        facts.in_time = [e for e in facts.begun if e["status"] == "COMPLETED" and e not in facts.late]
    return len(facts.in_time) >= ENOUGH and len(stage.topic("scores").seen) >= GUESTS + COMPARED


def share(entry: dict[str, Any]) -> float:
    """How much of the state was copied for it."""
    return float(entry["checkpointed_size"] / max(1, entry["state_size"]))


def told(entry: dict[str, Any]) -> str:
    """A checkpoint on a line."""
    if entry["status"] != "COMPLETED":
        why = str(entry.get("failure_message") or "not complete yet")
        return f"checkpoint {entry['id']}: {entry['status']}, {why}"
    copied, of = entry["checkpointed_size"] / 1e6, entry["state_size"] / 1e6
    return f"checkpoint {entry['id']}: {entry['end_to_end_duration'] / 1000:.2f} s, copied {copied:.2f} of {of:.2f} MB"


@check
def scores_come(run: Stage) -> None:
    """Orders are scored while the stream is open, and as the model says"""
    counts: Counter[str] = Counter()
    rows = run.topic("scores").rows
    if len(rows) < GUESTS:
        raise Failure(
            expected=f"a row with customer_id, orders, order_id and score, as JSON, for each of {GUESTS:,} orders",
            actual=f"{len(rows):,} such rows",
            hint="the tables are not what is to be changed here.",
        )
    for order, row in zip(run.facts.sent, rows, strict=False):
        counts[customer := order["customer_id"]] += 1
        wanted = {"customer_id": customer, "orders": counts[customer], "order_id": order["order_id"], "score": model(order)}
        if row != wanted:
            raise Failure(
                expected="  ".join(f"{name} {value}" for name, value in wanted.items()),
                actual="  ".join(f"{name} {value}" for name, value in row.items()),
                hint="the query and the model are not what is to be changed here.",
            )


def model(order: Event) -> float:
    """What the task's model says of an order, 0 for one below 1.00."""
    return pbkdf2_hmac("sha256", order["order_id"].encode(), b"harbour", 4_000)[0] / 256 if order["amount"] >= 1 else 0.0


@check(after=scores_come)
def checkpoints_are_taken(run: Stage) -> None:
    """Checkpoints are taken, and no more often than twice a second"""
    interval_ms = max((job.checkpoint_interval() or 0 for job in run.jobs), default=0)
    if interval_ms not in INTERVAL_MS:
        raise Failure(
            expected="a checkpoint every 0.5 to 3 s",
            actual=f"one every {interval_ms / 1000:g} s" if interval_ms else "none: checkpointing is not enabled",
            hint="what does each of them cost, and what does the time between two of them cost when the machine dies?",
        )


@check(after=checkpoints_are_taken)
def copies_what_has_changed(run: Stage) -> None:
    """While little changes, a checkpoint copies at most a quarter of the state"""
    quiet = run.facts.quiet
    if quiet is None or share(quiet) > COPIED_SHARE:
        backends = {str(run.rest.ask(f"/jobs/{job.id}/checkpoints/config").get("state_backend")) for job in run.jobs}
        hint = "no order came meanwhile. The state lies on the heap: who knows there which part of it is new?"
        if any("RocksDB" in backend for backend in backends):
            hint = "no order came meanwhile, so RocksDB has written no new file. Who says that the old ones need not be copied?"
        raise Failure(
            expected=f"a checkpoint that copies at most {COPIED_SHARE:.0%} of the state",
            actual=f"{told(quiet)}: {share(quiet):.0%}" if quiet else "none was complete in the time in which nothing came",
            hint=hint,
        )
    run.measure(f"while little changed: {told(quiet)}")


@check(after=copies_what_has_changed)
def completes_in_a_rush(run: Stage) -> None:
    """In a rush, when orders wait for the model, a checkpoint is complete 2 s after it has begun"""
    in_time, late = run.facts.in_time, run.facts.late
    if not in_time or (len(in_time) < ENOUGH and late):  # one that something else on this machine held up is forgiven
        hint = "a barrier stands in line behind the orders that wait. Must it?"
        if any(entry["status"] == "FAILED" for entry in run.facts.begun):
            hint = "a checkpoint that is given up sooner is not complete any sooner. What does it wait for?"
        raise Failure(
            expected=f"checkpoints of the rush complete within {RUSH_MS / 1000:g} s",
            actual=told(late[0]) if late else "none was complete while it lasted",
            because=[told(entry) for entry in run.facts.begun],
            hint=hint,
        )
    slowest = max(in_time, key=lambda entry: entry["end_to_end_duration"])
    run.measure(f"in the rush: {told(slowest)}, {run.facts.per_second:,.0f} orders a second scored meanwhile")


@check(after=completes_in_a_rush)
def job_comes_back(run: Stage) -> None:
    """After its TaskManager is killed in the rush, the job runs again"""


@check(after=job_comes_back)
def little_is_done_again(run: Stage) -> None:
    """It goes back 3 s at most, whenever it is killed"""
    begun_ms = [entry["trigger_timestamp"] for entry in run.facts.gone_back_to]
    back_ms = run.facts.killed_ms - min(begun_ms, default=0)
    # By chance a kill comes soon after a checkpoint or late; at the latest, it comes right before the next one is complete.
    times = [(e["trigger_timestamp"], e["trigger_timestamp"] + e["end_to_end_duration"]) for e in completed(run)]
    at_worst_ms = min((end - begun for (begun, _), (_, end) in pairwise(times)), default=back_ms)
    if not begun_ms or at_worst_ms > AGAIN_MS:
        raise Failure(
            expected=f"a checkpoint that was begun {AGAIN_MS / 1000:g} s before a kill, or later",
            actual=f"one begun {at_worst_ms / 1000:.1f} s before it, where it comes right before the next"
            if begun_ms
            else "none: it began anew",
            hint="how long is it from the beginning of one checkpoint to the end of the next?",
        )
    run.measure(f"what was done in the {back_ms / 1000:.1f} s before the kill was done again; at worst, {at_worst_ms / 1000:.1f} s")


def restored_of(run: Stage, job: Any) -> list[dict[str, Any]]:
    """The checkpoint that a job was restored from, as its history has it."""
    restored = job.restored_checkpoint()
    return [entry for entry in history(run) if restored and entry["id"] == restored["id"]]
