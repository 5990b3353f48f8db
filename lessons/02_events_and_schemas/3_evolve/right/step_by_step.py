"""The same with a step for each change, and asking before registering; a refused rename is looked at, and left alone."""

import io
import json
from decimal import Decimal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import fastavro
from confluent_kafka import Producer

from streamlings import lab

TOPIC = lab.topic("orders")
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
BOTH = [{"name": "order_id", "type": "string"}, {"name": "customer_id", "type": "string"}]
RENAMED = [*BOTH, {"name": "total", "type": MONEY, "aliases": ["amount"]}]


def amount(**more: str) -> dict:
    return {"name": "amount", "type": MONEY, **more}


CURRENCY = {"name": "currency", "type": "string", "default": "EUR"}
TOTAL = {"name": "total", "type": ["null", MONEY], "default": None, "doc": "What the customer pays."}
DAYS = [
    [*BOTH, amount()],
    [*BOTH, amount(), CURRENCY],
    [*BOTH, amount(), CURRENCY, TOTAL],
    [*BOTH, amount(default="\0"), CURRENCY, TOTAL],
    [*BOTH, CURRENCY, TOTAL],
]


def schema(fields: list[dict]) -> dict:
    return {"type": "record", "name": "shop.harbour.OrderEvent", "fields": fields}


def ask(method: str, path: str, body: dict) -> dict:
    request = Request(lab.registry + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


producer = Producer({"bootstrap.servers": lab.kafka})
for day, fields in enumerate(DAYS, 1):
    id = ask("POST", f"/subjects/{TOPIC}-value/versions", {"schema": json.dumps(schema(fields))})["id"]
    if day == 1:
        ask("PUT", f"/config/{TOPIC}-value", {"compatibility": "FULL"})
        try:
            ask("POST", f"/subjects/{TOPIC}-value/versions", {"schema": json.dumps(schema(RENAMED))})
        except HTTPError as refused:
            print("refused:", refused.code, refused.read().decode())
    for line in (lab.folder("in") / f"day-{day}.jsonl").open():
        order = json.loads(line)
        order |= {"amount": Decimal(order["paid"]), "total": Decimal(order["paid"])}
        value = io.BytesIO()
        value.write(b"\0" + id.to_bytes(4, "big"))
        fastavro.schemaless_writer(value, schema(fields), order)
        producer.produce(TOPIC, value.getvalue(), order["customer_id"])
    producer.flush()
