"""Sends Harbour's orders to the topic `orders`, as Avro that every team can read: the registry keeps the schema."""

import io
import json
import struct
from datetime import datetime
from decimal import Decimal

import fastavro
import requests
from confluent_kafka import Producer

from streamlings import lab

SCHEMA = {
    "type": "record",
    "name": "OrderEvent",
    "namespace": "shop.harbour",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "customer_id", "type": "string"},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
        {"name": "timestamp", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "status", "type": {"type": "enum", "name": "OrderStatus", "default": "UNKNOWN",
                                    "symbols": ["UNKNOWN", "CREATED", "PAID", "SHIPPED", "CANCELLED"]}},
    ],
}  # fmt: skip


def order_event(line: str) -> dict:
    """One order as the web shop wrote it down (JSON text), as the Python values that SCHEMA describes."""
    order = json.loads(line)
    return order | {"amount": Decimal(order["amount"]), "timestamp": datetime.fromisoformat(order["timestamp"])}


# --8<-- [start:wire]
def register(subject: str, schema: dict) -> int:
    """The schema's id in the registry, which keeps it under this subject if it does not know it yet."""
    answer = requests.post(f"{lab.registry}/subjects/{subject}/versions", json={"schema": json.dumps(schema)}, timeout=10)
    answer.raise_for_status()
    return answer.json()["id"]


def wire_format(schema_id: int, order: dict) -> bytes:
    """A zero byte, the schema's id in four bytes, and the order in Avro, without names and types."""
    record = io.BytesIO()
    fastavro.schemaless_writer(record, PARSED, order)
    return struct.pack(">bI", 0, schema_id) + record.getvalue()


# --8<-- [end:wire]
PARSED = fastavro.parse_schema(SCHEMA)
producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 250})
schema_id = register(f"{lab.topic('orders')}-value", SCHEMA)  # once: the id never changes

for line in (lab.folder("in") / "orders.jsonl").read_text().splitlines():
    order = order_event(line)
    producer.produce(lab.topic("orders"), wire_format(schema_id, order), key=order["customer_id"])
producer.flush()
