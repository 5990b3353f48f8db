"""The same with the standard library's HTTP; the schema is registered only where the registry does not know it."""

import io
import json
import urllib.error
import urllib.request
from datetime import datetime
from decimal import Decimal

import fastavro
from confluent_kafka import Producer

from streamlings import lab

STATUS = {"type": "enum", "name": "OrderStatus", "symbols": ["UNKNOWN", "CREATED", "PAID", "SHIPPED", "CANCELLED"], "default": "UNKNOWN"}
SCHEMA = {
    "type": "record",
    "name": "shop.harbour.OrderEvent",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "customer_id", "type": "string"},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
        {"name": "timestamp", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "status", "type": STATUS},
    ],
}


def ask(path: str) -> dict:
    body = json.dumps({"schemaType": "AVRO", "schema": json.dumps(SCHEMA)}).encode()
    headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
    with urllib.request.urlopen(urllib.request.Request(lab.registry + path, body, headers), timeout=10) as answer:
        return json.load(answer)


def main() -> None:
    subject = f"/subjects/{lab.topic('orders')}-value"
    try:
        header = b"\0" + ask(subject)["id"].to_bytes(4, "big")
    except urllib.error.HTTPError:
        header = b"\0" + ask(f"{subject}/versions")["id"].to_bytes(4, "big")
    producer, schema = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 20}), fastavro.parse_schema(SCHEMA)
    for line in (lab.folder("in") / "orders.jsonl").read_text().splitlines():
        order = json.loads(line)
        order |= {"amount": Decimal(order["amount"]), "timestamp": datetime.fromisoformat(order["timestamp"])}
        record = io.BytesIO(header)
        record.seek(len(header))
        fastavro.schemaless_writer(record, schema, order)
        producer.produce(lab.topic("orders"), record.getvalue(), order["customer_id"])
    producer.flush()


main()
