# fails: new_readers_read_all
# says: Is that the same as a total of zero
"""Harbour's OrderEvent changes while everybody reads it: a step a day. Each registers a version, and sends the day's orders with it."""

import io
import json
import struct
from collections.abc import Callable
from decimal import Decimal

import fastavro
import requests
from confluent_kafka import Producer

from streamlings import lab

TOPIC = lab.topic("orders")
SUBJECT = f"{TOPIC}-value"
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
FIELDS = [{"name": "order_id", "type": "string"}, {"name": "customer_id", "type": "string"}]

AMOUNT = {"name": "amount", "type": MONEY}
CURRENCY = {"name": "currency", "type": "string", "default": "EUR"}  # what orders without it were in
TOTAL = {"name": "total", "type": MONEY, "default": "\u0000"}
AMOUNT_MAY_GO = AMOUNT | {"default": "\u0000"}  # zero: only readers that have a total may ever meet it

STEPS = [
    [*FIELDS, AMOUNT],
    [*FIELDS, AMOUNT, CURRENCY],
    [*FIELDS, AMOUNT_MAY_GO, CURRENCY, TOTAL],  # expand: both are filled, while readers move to `total` one by one
    [*FIELDS, CURRENCY, TOTAL],  # contract: when nobody reads `amount` any more
]


def ask(method: Callable[..., requests.Response], path: str, body: dict) -> dict:
    """The registry's answer. Raises HTTPError where it refuses: 409 for a version that breaks the subject's rule."""
    answer = method(lab.registry + path, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 250})
ask(requests.put, f"/config/{SUBJECT}", {"compatibility": "FULL"})
for day, fields in enumerate(STEPS, 1):
    schema = {"type": "record", "name": "OrderEvent", "namespace": "shop.harbour", "fields": fields}
    schema_id = ask(requests.post, f"/subjects/{SUBJECT}/versions", {"schema": json.dumps(schema)})["id"]
    for line in (lab.folder("in") / f"day-{day}.jsonl").read_text().splitlines():
        order, record = json.loads(line), io.BytesIO()
        money = Decimal(order["paid"])
        fastavro.schemaless_writer(record, schema, order | {"amount": money, "total": money})
        producer.produce(TOPIC, struct.pack(">bI", 0, schema_id) + record.getvalue(), key=order["customer_id"])
    producer.flush()
