"""What was delivered, what was reported, and how it was batched: all read from the broker, none of it from the producer."""

import json
import time

import simplejson
from confluent_kafka import Producer

from streamlings.checks import Failure, check
from streamlings.stage.stage import Stage

ORDERS = 5_000
ENOUGH_A_BATCH = 20


def scenario(stage: Stage) -> None:
    """Five thousand orders in a file; two carry a 3 MB greeting card, which the broker (at most 1 MB a message) refuses."""
    shop = stage.shop
    customers = shop.customers(12)
    orders = [shop.order(shop.random.choice(customers), f"12:00:{n % 60:02}") for n in range(ORDERS)]
    stage.facts.orders = orders
    # The last one, for a program that does not wait for its last report cannot know of it, however fast the broker is; and one that
    # comes when the queue has been full, for a large message makes others of its partition leave early.
    stage.facts.too_large = [order["order_id"] for order in (shop.random.choice(orders[4200:4900]), orders[-1])]
    lines = [simplejson.dumps(o | ({"card": "x" * 3_000_000} if o["order_id"] in stage.facts.too_large else {})) for o in orders]
    stage.facts.lines = {order["order_id"]: line.encode() for order, line in zip(orders, lines, strict=True)}
    (stage.folder_of("in") / "orders.jsonl").write_text("\n".join(lines) + "\n")
    stage.until_finished(proves=program_ends, limit_s=10)


def arrived(run: Stage) -> list[str]:
    """The order ids in the topic, in order of partition and offset."""
    return [row["order_id"] for row in run.topic("orders").rows]


def only_the_last_are_missing(run: Stage, missing: set[str]) -> bool:
    """Whether, partition by partition, nothing arrived that was sent after a missing order."""
    partition_of = {row["customer_id"]: r.partition for r in run.topic("orders").committed if (row := r.row())}
    ended: set[int | None] = set()
    for order in run.facts.orders:
        partition = partition_of.get(order["customer_id"])
        if order["order_id"] in missing:
            ended.add(partition)
        elif partition in ended and order["order_id"] not in run.facts.too_large:
            return False
    return True


def where_they_were(run: Stage, missing: list[str]) -> str:
    """The lines of the file that are missing, by number; whether there is a gap between them."""
    line = {order["order_id"]: n for n, order in enumerate(run.facts.orders, 1)}
    first, last = line[missing[0]], line[missing[-1]]
    gap = "without a gap" if last - first + 1 == len(missing) else "with others between them"
    return f"missing: lines {first} to {last} of orders.jsonl, {gap}; the queue holds 4000"


@check
def program_ends(run: Stage) -> None:
    """The producer gets through the file"""


@check(after=program_ends)
def nothing_is_lost(run: Stage) -> None:
    """Every order that the broker takes is there, once"""
    found = arrived(run)
    wanted = [order["order_id"] for order in run.facts.orders if order["order_id"] not in run.facts.too_large]
    there = set(found)
    missing = [order_id for order_id in wanted if order_id not in there]
    if missing:
        tail = only_the_last_are_missing(run, set(missing))
        raise Failure(
            expected=f"{len(wanted)} orders",
            actual=f"{len(wanted) - len(missing)} orders; missing: {len(missing)}" + (", the last of each partition" if tail else ""),
            because=[where_they_were(run, missing)],
            hint="produce() only queues. What is left in the queue when the program ends?"
            if tail
            else "what happens to an order when the queue is full?",
        )
    if len(found) != len(wanted):
        raise Failure(
            expected=f"{len(wanted)} orders, each once",
            actual=f"{len(found)}: {len(found) - len(there)} are there once more",
            hint="which orders are sent again, and what had become of them the first time?",
        )


@check(after=nothing_is_lost)
def orders_are_unchanged(run: Stage) -> None:
    """Each is the line from the file as it was, and its key is the customer"""
    for record in run.topic("orders").committed:
        row = record.row() or {}
        line, customer = run.facts.lines.get(row.get("order_id"), b""), str(row.get("customer_id"))
        if record.value != line:
            raise Failure(expected=short(line), actual=short(record.value), hint="what was done to the line on its way?")
        if record.key != customer.encode():
            raise Failure(
                expected=f"the key {customer}",
                actual=f"the key {record.key.decode(errors='replace')}" if record.key else "no key",
                because=[f"a record in partition {record.partition}: {short(record.value)}"],
                hint="orders of one customer stay in order when they lie in one partition: what chooses the partition?",
            )


def short(value: bytes | None) -> str:
    """A record's value as people read it, both of its ends."""
    text = repr((value or b"").decode(errors="replace"))
    return text if len(text) <= 130 else f"{text[:60]} ... {text[-60:]}"


@check(after=program_ends)
def refusals_are_reported(run: Stage) -> None:
    """The orders that the broker refuses are reported, and no others"""
    text = (run.file("out", "refused.txt") or b"").decode(errors="replace")
    reported = [line.strip() for line in text.splitlines() if line.strip()]
    if sorted(reported) != sorted(run.facts.too_large):
        printed = [line for line in run.last_output() if "MSG_SIZE_TOO_LARGE" in line]
        raise Failure(
            expected=f"refused.txt says {', '.join(run.facts.too_large)}, each in a line of its own",
            actual=(f"refused.txt says {', '.join(reported[:3])}" if reported else "refused.txt is empty, or not there")
            + (f" and {len(reported) - 3} more" if len(reported) > 3 else ""),
            because=[
                "the broker answered MSG_SIZE_TOO_LARGE; the producer learns of it in a delivery report",
                *([f"your program printed {len(printed)} of them, and the shop does not read that:", printed[0]] if printed else []),
            ],
            hint="the error is seen; what else comes with it, and where should that go?"
            if printed
            else "who looks at the delivery reports, and at the error in them?",
        )


@check(after=nothing_is_lost)
def orders_travel_together(run: Stage) -> None:
    """Orders travel in batches"""
    batches = run.topic("orders").batches()
    per_batch = sum(b.records for b in batches) / max(1, len(batches))
    compare_speed(run)
    if per_batch < ENOUGH_A_BATCH:
        raise Failure(
            expected=f"at least {ENOUGH_A_BATCH} orders a batch",
            actual=f"{per_batch:.1f} orders a batch, {len(batches)} batches",
            because=[
                f"the broker's log: {sum(b.bytes for b in batches) / ORDERS:.0f} bytes an order, {61 / per_batch:.0f} of them batch header"
            ],
            hint="what does the program wait for, after every single order?",
        )


def compare_speed(run: Stage) -> None:
    """Measure a flush per message on this machine, against what the program did by the times of its records."""
    times = [r.timestamp for r in run.topic("orders").committed if r.timestamp]
    seconds = max(0.001, (max(times) - min(times)) / 1000)
    producer, sample = Producer({"bootstrap.servers": run.lab.kafka, "log_level": 0}), 100
    began = time.monotonic()
    for order in run.facts.orders[:sample]:
        producer.produce(run.topic("orders").full_name, json.dumps(order, default=str))
        producer.flush()
    naive = sample / (time.monotonic() - began)
    own = ORDERS / seconds
    run.measure(f"your producer {own:,.0f} orders/s; with a flush after each {naive:,.0f} orders/s ({own / naive:.1f} times)")
