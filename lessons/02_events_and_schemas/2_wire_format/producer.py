"""Sends Harbour's orders to the topic `orders`, as Avro that every team can read: the registry keeps the schema."""

import json
from datetime import datetime
from decimal import Decimal

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


producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 250})

# TODO: a schema is declared, and JSON is sent. No reader learns of the schema, and nothing holds the orders to it.
for line in (lab.folder("in") / "orders.jsonl").read_text().splitlines():
    order = order_event(line)
    producer.produce(lab.topic("orders"), json.dumps(order, default=str), key=order["customer_id"])
producer.flush()
