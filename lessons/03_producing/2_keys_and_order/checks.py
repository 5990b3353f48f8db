"""Events of twelve customers over three partitions, to which a Flink job writes as well: read from the topic, as the warehouse does."""

import json
import zlib
from collections import Counter
from collections.abc import Callable

import simplejson

from streamlings.checks import Failure, check
from streamlings.shop import clock, ms
from streamlings.stage.records import Record
from streamlings.stage.stage import Stage

ORDERS, PARTITIONS = 240, 3
COLUMNS = "order_id STRING, customer_id STRING, amount DECIMAL(10, 2), `timestamp` BIGINT, status STRING"


def scenario(stage: Stage) -> None:
    """Flink writes a payment of each customer, the program writes the day's events, Flink writes another payment of each."""
    shop, payments = stage.shop, stage.topic("payments")
    customers = shop.customers(12)
    flink = stage.flink_service("payments", *payments_service(stage))
    payments.send(*(shop.order(customer, "11:00:00") for customer in customers))
    flink.until(lambda: has_passed_on(stage, payments.sent), "the payments of the morning in the topic orders")

    *most, latest = customers  # the latest comes with the last event: whoever does not wait for its report does not know where it lies
    orders = [shop.order(customer, "12:00") for customer in most + shop.random.choices(most, k=ORDERS - len(customers))]
    last = shop.order(latest, "12:59", status="CREATED")
    events = stage.facts.events = [*what_happens(orders, shop.random.choice), last]
    stage.facts.lines = {(event["order_id"], event["status"]): simplejson.dumps(event).encode() for event in events}
    (stage.folder_of("in") / "orders.jsonl").write_bytes(b"\n".join(stage.facts.lines.values()) + b"\n")
    stage.until_finished(proves=program_ends, limit_s=10)

    payments.send(*({**order, "status": "PAID", "timestamp": ms("13:00")} for order in [*orders[: len(most)], last]))
    flink.until(lambda: has_passed_on(stage, payments.sent), "the payments of the afternoon in the topic orders")


def payments_service(stage: Stage) -> list[str]:
    """Harbour's Flink job: it passes payments on to the topic orders, with the customer as the key."""
    kafka = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{stage.lab.kafka}', 'value.format' = 'json'"
    source = f"'topic' = '{stage.topic('payments').full_name}', 'scan.startup.mode' = 'earliest-offset'"
    sink = f"'topic' = '{stage.topic('orders').full_name}', 'key.format' = 'raw', 'key.fields' = 'customer_id'"
    return [
        f"CREATE TABLE payments ({COLUMNS}) WITH ({kafka}, {source})",
        f"CREATE TABLE orders ({COLUMNS}) WITH ({kafka}, {sink})",
        "INSERT INTO orders SELECT * FROM payments",
    ]


def what_happens(orders: list[dict], choose: Callable) -> list[dict]:
    """Every second an order is CREATED; some seconds later it is SHIPPED or CANCELLED, while others are created."""
    steps = [(2 * n, order | {"status": "CREATED"}) for n, order in enumerate(orders)]
    steps += [(2 * n + choose([3, 9, 15]), order | {"status": choose(["SHIPPED", "CANCELLED"])}) for n, order in enumerate(orders)]
    in_order = sorted(steps, key=lambda step: step[0])
    return [event | {"timestamp": ms("12:00") + 500 * at} for at, event in in_order]


def has_passed_on(stage: Stage, payments: list[dict]) -> bool:
    """Whether Flink has written as many payments."""
    stage.topic("orders").poll(0.02)
    return len(stage.topic("orders").matching(status="PAID")) >= len(payments)


def own(run: Stage) -> list[Record]:
    """The records that are not Flink's, by partition and offset."""
    return [record for record in run.topic("orders").committed if (record.row() or {}).get("status") != "PAID"]


def partitions(run: Stage, customer: str, *, flink: bool = False) -> list[int]:
    """The partitions with events of a customer: the program's, or Flink's."""
    rows = [(record.partition, record.row() or {}) for record in run.topic("orders").committed]
    return sorted({at for at, row in rows if row.get("customer_id") == customer and (row.get("status") == "PAID") == flink})


def customers(run: Stage) -> list[str]:
    return list(dict.fromkeys(event["customer_id"] for event in run.facts.events))


def told(run: Stage, customer: str, *, limit: int = 7) -> list[str]:
    """What happened to a customer's orders, in the order in which it happened, and where it lies."""
    rows = [(record.partition, row) for record in run.topic("orders").committed if (row := record.row())]
    mine = sorted(((at, row) for at, row in rows if row.get("customer_id") == customer), key=lambda found: found[1]["timestamp"])
    lines = [
        f"{clock(row['timestamp']):<10}  partition {at}  {row['order_id']} {row['status']}{'   by Flink' * (row['status'] == 'PAID')}"
        for at, row in mine
    ]
    left_out = lines[limit:-1]
    return [*lines[:limit], *([f"  ... {len(left_out)} more ..."] if left_out else []), *lines[max(limit, len(lines) - 1) :]]


@check
def program_ends(run: Stage) -> None:
    """The producer gets through the file"""


@check(after=program_ends)
def every_event_arrives(run: Stage) -> None:
    """Every event of the file is in the topic, once and unchanged"""
    wanted, found = Counter(run.facts.lines.values()), Counter(record.value for record in own(run))
    missing, others = wanted - found, found - wanted
    if missing or others:
        raise Failure(
            expected=f"the {len(run.facts.lines)} lines of the file, each once",
            actual=f"{missing.total()} of them missing, {others.total()} records that are no such line, or are there again",
            because=[f"missing  {line.decode()}" for line in list(missing)[:1]]
            + [f"there    {value!r}"[:130] for value in list(others)[:1]],
            hint="what happens to a line between the file and the topic?",
        )


@check(after=every_event_arrives)
def key_is_the_customer(run: Stage) -> None:
    """The key of each is its customer"""
    others = [(record.key or b"", row) for record in own(run) if record.key != (row := record.row() or {})["customer_id"].encode()]
    if others:
        apart = (
            found for found in others if partitions(run, found[1]["customer_id"]) != partitions(run, found[1]["customer_id"], flink=True)
        )
        raw, row = next(apart, others[0])
        key, customer = raw.decode(errors="replace"), row["customer_id"]
        which = next((f", which is the {name}" for name in row if str(row[name]) == key), "")
        raise Failure(
            expected=f"the key {customer}",
            actual=f"the key {key}{which}" if key else "no key",
            because=told(run, customer),
            hint="a key that is written in another way is another key, and has another hash: letter by letter, what is Flink's?"
            if customer in key
            else "what is it that must stay in order? A record goes where its key says"
            if key
            else "a record without a key may go to any partition. What must lie together?",
        )


@check(after=key_is_the_customer)
def one_partition_a_customer(run: Stage) -> None:
    """All that the program writes of one customer lies in one partition"""
    for customer in customers(run):
        if len(at := partitions(run, customer)) > 1:
            raise Failure(
                expected=f"{customer}  one partition",
                actual=f"{customer}  partitions {', '.join(map(str, at))}",
                because=told(run, customer),
                hint="its events have the same key, and still they are apart: who chooses the partition here?",
            )


@check(after=one_partition_a_customer)
def beside_flink(run: Stage) -> None:
    """It is the partition that Flink chooses for the same customer"""
    for customer in customers(run):
        (flinks,), (at,) = partitions(run, customer, flink=True), partitions(run, customer)
        if at != flinks:
            raise Failure(
                expected=f"{customer}  partition {flinks}, as Flink",
                actual=f"{customer}  partition {at}",
                because=[*told(run, customer, limit=4), "", by_which_hash({c: partitions(run, c)[0] for c in customers(run)})],
                hint="the same key, and another partition: every client hashes it, and not all with the same function",
            )


def by_which_hash(chosen: dict[str, int]) -> str:
    """What explains where a program put its customers, as far as we know the hash."""
    known = {
        "CRC32, which is the default of librdkafka (partitioner consistent_random), puts all customers where your program did": zlib.crc32,
        "FNV-1a (partitioner fnv1a_random) puts all customers where your program did": fnv1a,
    }
    for words, function in known.items():
        if all(function(customer.encode()) % PARTITIONS == at for customer, at in chosen.items()):
            return words
    return "neither CRC32 nor FNV-1a puts customers there: the program has a hash of its own"


def fnv1a(key: bytes) -> int:
    """FNV-1a of 32 bits, without its sign."""
    value = 0x811C9DC5
    for byte in key:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return min(value, 2**32 - value)


@check(after=one_partition_a_customer)
def places_are_told(run: Stage) -> None:
    """partitions.json says in which partition each customer is"""
    text = run.file("out", "partitions.json")
    try:
        told_places = json.loads(text or b"")
    except ValueError:
        told_places = "no JSON" if text else "no file"
    places = {customer: partitions(run, customer)[0] for customer in customers(run)}
    if told_places != places:
        known = told_places if isinstance(told_places, dict) else {}
        customer = next((c for c in places if known.get(c) != places[c]), next(iter(places)))
        raise Failure(
            expected=f"{len(places)} customers, {customer} in partition {places[customer]}",
            actual=f"{len(known)} customers, {customer} in {known.get(customer, 'none')}" if known else str(told_places)[:60],
            hint="a delivery report says where a message lies. When have all reports come?",
        )


@check(after=one_partition_a_customer)
def order_is_kept(run: Stage) -> None:
    """Whoever reads a customer's partition sees what happened in the order in which it happened"""
    for customer in customers(run):
        happened = [f"{e['order_id']} {e['status']}" for e in run.facts.events if e["customer_id"] == customer]
        read = [f"{row['order_id']} {row['status']}" for record in own(run) if (row := record.row() or {})["customer_id"] == customer]
        if happened != read:
            at = next(n for n, (one, other) in enumerate(zip(happened, read, strict=True)) if one != other)
            raise Failure(
                expected=f"{customer}  {happened[at]} before {read[at]}",
                actual=f"{customer}  {read[at]} before {happened[at]}",
                because=[f"{'happened':<22}  read", *(f"{a:<22}  {b}" for a, b in zip(happened[:6], read[:6], strict=True))],
                hint="one producer sends to one partition in the order of its produce() calls. Does everything go the same way?",
            )
