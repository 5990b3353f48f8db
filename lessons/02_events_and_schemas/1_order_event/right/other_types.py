"""Harbour's OrderEvent as an Avro schema: orders are written with it, and must be read back exactly as they were."""

import json
from datetime import datetime
from decimal import Decimal

import fastavro

from streamlings import lab

SCHEMA = {
    "type": "record",
    "name": "com.harbour.orders.OrderEvent",
    "doc": "What has become of a customer's order.",
    "fields": [
        {"name": "order_id", "type": "string", "doc": "Unique for ever; the same in every event of the order."},
        {"name": "customer_id", "type": "string", "doc": "Who ordered."},
        {
            "name": "amount",
            "type": {"type": "fixed", "name": "Money", "size": 8, "logicalType": "decimal", "precision": 12, "scale": 2},
            "doc": "What the customer pays, in euros, with tax.",
        },
        {
            "name": "timestamp",
            "type": {"type": "long", "logicalType": "timestamp-micros"},
            "doc": "When the order was placed (not when its status changed), UTC.",
        },
        {
            "name": "status",
            "type": {
                "type": "enum",
                "name": "OrderStatus",
                "symbols": ["CREATED", "PAID", "SHIPPED", "CANCELLED", "RETURNED", "OTHER"],
                "default": "OTHER",
            },
            "doc": "What has become of it; UNKNOWN stands for a status newer than the reader.",
        },
    ],
}


def order_event(line: str) -> dict:
    """One order as the web shop wrote it down (JSON text), as the Python values that SCHEMA describes."""
    order = json.loads(line)
    return order | {"amount": Decimal(order["amount"]), "timestamp": datetime.fromisoformat(order["timestamp"])}


orders = [order_event(line) for line in (lab.folder("in") / "orders.jsonl").read_text().splitlines()]
with open(lab.folder("out") / "orders.avro", "wb") as file:
    fastavro.writer(file, fastavro.parse_schema(SCHEMA), orders)
with open(lab.folder("out") / "orders.avro", "rb") as file:
    print(*list(fastavro.reader(file))[:3], sep="\n")
