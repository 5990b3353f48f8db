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

SUBJECT = f"{lab.topic('orders')}-value"
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
FIELDS = [{"name": "order_id", "type": "string"}, {"name": "customer_id", "type": "string"}]
AMOUNT, TOTAL = {"name": "amount", "type": MONEY}, {"name": "total", "type": MONEY, "aliases": ["amount"]}

# TODO: a rename in one step. The registry refuses it (409): what would the readers do who look for `amount`?
STEPS = [[*FIELDS, AMOUNT], [*FIELDS, TOTAL]]


def ask(method: Callable[..., requests.Response], path: str, body: dict) -> dict:
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
        producer.produce(lab.topic("orders"), struct.pack(">bI", 0, schema_id) + record.getvalue(), key=order["customer_id"])
    producer.flush()
