"""Harbour's OrderEvent as an Avro schema: orders are written with it, and must be read back exactly as they were."""

import json
from datetime import datetime
from decimal import Decimal

import fastavro

from streamlings import lab

# TODO: a blog's schema. It loses cents, does not know that timestamp is a moment, and takes any word for a status.
SCHEMA = {
    "type": "record",
    "name": "OrderEvent",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "customer_id", "type": "string"},
        {"name": "amount", "type": "double"},
        {"name": "timestamp", "type": "long"},
        {"name": "status", "type": "string"},
    ],
}


def order_event(line: str) -> dict:
    """One order as the web shop wrote it down (JSON text), as the Python values that SCHEMA describes."""
    order = json.loads(line)
    moment = datetime.fromisoformat(order["timestamp"])
    return order | {"amount": float(order["amount"]), "timestamp": int(moment.timestamp())}


orders = [order_event(line) for line in (lab.folder("in") / "orders.jsonl").read_text().splitlines()]
with open(lab.folder("out") / "orders.avro", "wb") as file:
    fastavro.writer(file, fastavro.parse_schema(SCHEMA), orders)
with open(lab.folder("out") / "orders.avro", "rb") as file:
    print(*list(fastavro.reader(file))[:3], sep="\n")
