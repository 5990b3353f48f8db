"""The bytes are judged by two readers who have nothing else: fastavro in Python, and Flink's avro-confluent; and by how often the
registry was asked for it, which a proxy before it has counted."""

import copy
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import fastavro

from streamlings.checks import Failure, check
from streamlings.stage.records import Record
from streamlings.stage.schemas import schema_id
from streamlings.stage.stage import Stage

ORDERS = 60
MOST_REQUESTS = 10
STATUSES = ["CREATED", "PAID", "SHIPPED", "CANCELLED"]
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
ORDER_EVENT = {
    "type": "record",
    "name": "shop.harbour.OrderEvent",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "customer_id", "type": "string"},
        {"name": "amount", "type": MONEY},
        {"name": "timestamp", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "status", "type": {"type": "enum", "name": "OrderStatus", "symbols": ["UNKNOWN", *STATUSES], "default": "UNKNOWN"}},
    ],
}
PAYMENT = {"type": "record", "name": "shop.harbour.Payment", "fields": [{"name": "payment_id", "type": "string"}]}


def scenario(stage: Stage) -> None:
    """Sixty orders as text. Another team's schema is in the registry already, so that an id is not a version's number."""
    shop, registry = stage.shop, stage.registry
    registry.register(registry.subject("payments"), PAYMENT)
    customers = shop.customers(5)
    stage.facts.orders = [
        shop.order(shop.random.choice(customers), f"12:{n // 60:02}:{n % 60:02}.{shop.random.randrange(1, 1000):03}", status=status)
        for n, status in enumerate(shop.random.choices(STATUSES, k=ORDERS))
    ]
    lines = [o | {"amount": str(o["amount"]), "timestamp": moment(o).isoformat(timespec="milliseconds")} for o in stage.facts.orders]
    text = "\n".join(json.dumps(line) for line in lines) + "\n"
    (stage.folder_of("in") / "orders.jsonl").write_text(text)
    stage.facts.json_bytes = len(text) / ORDERS
    stage.until_finished(proves=program_ends)
    stage.facts.versions = registry.versions(registry.subject("orders"))
    stage.facts.flink = read_with_flink(stage)


def read_with_flink(stage: Stage) -> str:
    """The Flink team reads the topic: by the ids in the bytes, the schemas in the registry, and the columns that it knows. "" or its error.

    Its table leaves `status` out: Flink 2.3 cannot make a STRING of an Avro enum by itself (FLINK-24544).
    """
    columns = "order_id STRING, customer_id STRING, amount DECIMAL(10, 2), `timestamp` TIMESTAMP(3)"
    kafka = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{stage.lab.kafka}', 'topic' ="
    avro = f"'format' = 'avro-confluent', 'avro-confluent.url' = '{stage.lab.registry}'"
    whole = "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'"
    return stage.read_with_flink(
        "the Flink team reads orders",
        f"CREATE TABLE orders ({columns}) WITH ({kafka} '{stage.topic('orders').full_name}', {whole}, {avro})",
        f"CREATE TABLE read_back ({columns}) WITH ({kafka} '{stage.topic('read_by_flink').full_name}', 'format' = 'json')",
        "INSERT INTO read_back SELECT * FROM orders",
    )


def moment(order: dict) -> datetime:
    return datetime.fromtimestamp(order["timestamp"] / 1000, UTC)


@check
def program_ends(run: Stage) -> None:
    """The producer gets through the file"""


@check(after=program_ends)
def values_name_their_schema(run: Stage) -> None:
    """Each message begins with a zero byte and the id of a schema in the registry"""
    records = run.topic("orders").committed
    if not records:
        raise Failure(expected=f"{ORDERS} messages in the topic", actual="none", hint="does the program send, and flush before it ends?")
    for record in records:
        hint = what_it_is(run, record.value or b"")
        if hint:
            raise Failure(
                expected="00, the schema's id in four bytes, then the order in Avro",
                actual=shown(record.value or b""),
                because=[f"Flink says: {run.facts.flink}"] if run.facts.flink else [],
                hint=hint,
            )


def what_it_is(run: Stage, value: bytes) -> str:
    """A hint for a value that is not in wire format; "" for one that is."""
    id, versions = schema_id(value), run.facts.versions
    if value.startswith(b"{"):
        return "this is JSON: no reader can know which schema it keeps to. Which bytes should come first, and which after them?"
    if value.startswith(b"Obj\x01"):
        return f"this is a whole Avro file, its schema inside: {len(value)} bytes for one order. Who could keep the schema for all of them?"
    if id is None:
        return "is this Avro? It does not say by which schema it was written. Where does a reader get that from?"
    if id in [version.number for version in versions] and id not in [version.id for version in versions]:
        return "this is the version's number, which counts the schemas of one subject. What tells one schema from all others?"
    if run.registry.schema(id) is not None:
        return ""
    if run.registry.schema(int.from_bytes(value[1:5], "little")) is not None:
        return "the registry knows the id when its four bytes are read backwards: which one comes first?"
    return "the registry has no schema with the id in these four bytes: who gave it out?"


def shown(value: bytes) -> str:
    """The first bytes, as numbers and as text."""
    text = "".join(chr(b) if 32 <= b < 127 else "." for b in value[:12])
    return f"{value[:12].hex(' ')}  {text}" if value else "an empty value"


@check(after=values_name_their_schema)
def schema_belongs_to_the_topic(run: Stage) -> None:
    """The messages name SCHEMA, the one version of the topic's subject"""
    subject, versions = run.registry.subject("orders"), run.facts.versions
    if not versions:
        others = sorted({run.short(name) for name, request in run.registry.registrations() if request.status == 200})
        raise Failure(
            expected=f"a schema under the subject {run.short(subject)}",
            actual=f"subjects that your program registered: {', '.join(others) or 'none'}",
            hint="by which name do others look for the schema of a topic's values? Flink and Confluent's clients go by the topic's",
        )
    if len(versions) > 1:
        raise Failure(
            expected=f"one version of {run.short(subject)}",
            actual=f"{len(versions)} versions",
            hint="what differs from one version to the next, and does a reader need to know it?",
        )
    found = meaning(versions[0].schema)
    if not isinstance(found, dict) or "fields" not in found:
        hint = "a text whose content only its readers know: would the registry notice if `amount` were called something else in it?"
        raise Failure(expected="a record with the fields of SCHEMA", actual=json.dumps(found), hint=hint)
    for expected, actual in parts(meaning(ORDER_EVENT), found):
        if actual != expected:
            raise Failure(expected=json.dumps(expected), actual=json.dumps(actual), hint="the schema was right: leave it as it is")
    if any(schema_id(record.value) != versions[0].id for record in run.topic("orders").committed):
        raise Failure(
            expected=f"the id of version 1 of {run.short(subject)}",
            actual="an id that belongs to another schema",
            hint="which schema were these bytes written with?",
        )


def meaning(schema: Any) -> Any:
    """A schema without its docs, names in full, so that two ways to write it are the same; as it is where it is not Avro."""
    try:
        return without_docs(fastavro.parse_schema(copy.deepcopy(schema)))
    except Exception:
        return schema


def parts(wanted: dict, found: dict) -> Iterator[tuple[object, object]]:
    """Name by name and field by field, what should be there and what is."""
    yield wanted["name"], found["name"]
    yield from zip_longest(wanted["fields"], found["fields"])


def without_docs(part: object) -> object:
    if isinstance(part, dict):
        return {name: without_docs(value) for name, value in part.items() if name != "doc" and not name.startswith("__")}
    return [without_docs(each) for each in part] if isinstance(part, list) else part


@check(after=schema_belongs_to_the_topic)
def python_reads_every_order(run: Stage) -> None:
    """A Python reader reads every order as it was, once, under its customer's key"""
    wanted = {order["order_id"]: order | {"timestamp": moment(order)} for order in run.facts.orders}
    found = [(record, read(run, record)) for record in run.topic("orders").committed]
    for record, order in found:
        expected = wanted.get(str(order.get("order_id")))
        if order != expected:
            raise Failure(expected=expected or "an order of the file", actual=order, hint="which value changed on its way?")
        if record.key != order["customer_id"].encode():
            raise Failure(expected=f"the key {order['customer_id']}", actual=f"the key {record.key!r}", hint="the customer is the key")
    if len(found) != ORDERS or len({order["order_id"] for _, order in found}) != ORDERS:
        raise Failure(
            expected=f"{ORDERS} orders, each once",
            actual=f"{len(found)} messages, {len({order['order_id'] for _, order in found})} different orders",
            hint="are the first and the last one of the file among them?",
        )


def read(run: Stage, record: Record) -> dict:
    """What fastavro makes of a message. Raises Failure where it makes nothing of it."""
    try:
        return run.registry.decode(record.value or b"")
    except ValueError as e:
        raise Failure(
            expected="an order", actual=f"{e}", because=[shown(record.value or b"")], hint="what stands behind the five bytes?"
        ) from e


@check(after=python_reads_every_order)
def flink_reads_the_same(run: Stage) -> None:
    """Flink reads the same orders from the same bytes"""
    if run.facts.flink:
        raise Failure(expected=f"{ORDERS} rows", actual=run.facts.flink, hint="Python reads these bytes, Flink does not: what differs?")
    rows = {row["order_id"]: row for row in run.topic("read_by_flink").rows}
    for order in run.facts.orders:
        row = rows.get(order["order_id"], {})
        found = (row.get("amount"), datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC) if row.get("timestamp") else None)
        if found != (Decimal(order["amount"]), moment(order)):
            raise Failure(expected=f"{order['order_id']}  {order['amount']}  {moment(order)}", actual=f"{row or 'no row'}")


@check(after=values_name_their_schema)
def registry_is_asked_seldom(run: Stage) -> None:
    """The registry is asked a few times, and not for every order"""
    asked, size = run.registry.proxy.count, sum(len(r.value or b"") for r in run.topic("orders").committed) / ORDERS
    run.measure(f"requests to the registry: {asked}; {size:.0f} bytes an order, as JSON {run.facts.json_bytes:.0f}")
    if asked > MOST_REQUESTS:
        first = run.registry.requests[0]
        raise Failure(
            expected=f"at most {MOST_REQUESTS} requests to the registry, for {ORDERS} orders",
            actual=f"{asked} requests",
            because=[f"{first.method} {run.short(first.path)}: {first.status}", "... and so on; its answer is the same each time"],
            hint="does the id of a schema ever change?",
        )
