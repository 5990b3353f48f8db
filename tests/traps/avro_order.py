"""An order in Confluent's wire format, as the topic of a program that reads it with Flink."""

import io
import json
from decimal import Decimal

import fastavro
import requests
from harbour import CONFLUENT, EARLIEST, nowhere, orders, send, sql

from streamlings import lab

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
STATUS = {"type": "enum", "name": "Status", "symbols": ["CREATED", "PAID"]}
FIELDS = [{"name": "amount", "type": MONEY}, {"name": "status", "type": STATUS}]
SCHEMA = {"type": "record", "name": "Order", "namespace": "shop.harbour", "fields": FIELDS}


def read_as(column: str) -> None:
    """Register the schema, send one order, and read it into a table with this column."""
    subject = f"{lab.registry}/subjects/{lab.topic('orders')}-value/versions"
    schema_id = requests.post(subject, json={"schema": json.dumps(SCHEMA)}, timeout=10).json()["id"]
    record = io.BytesIO()
    fastavro.schemaless_writer(record, fastavro.parse_schema(SCHEMA), {"amount": Decimal("12.50"), "status": "PAID"})
    send(b"\0" + schema_id.to_bytes(4, "big") + record.getvalue())
    orders(column, EARLIEST.replace("'json'", CONFLUENT))
    nowhere(column)
    sql("INSERT INTO nowhere SELECT * FROM orders")
