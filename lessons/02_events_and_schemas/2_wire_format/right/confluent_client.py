"""The same with confluent-kafka's own registry client and serializer."""

import json
from datetime import datetime
from decimal import Decimal

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from streamlings import lab

SCHEMA = """
{"type": "record", "name": "OrderEvent", "namespace": "shop.harbour", "doc": "An order changed its status.", "fields": [
    {"name": "order_id", "type": "string"},
    {"name": "customer_id", "type": "string"},
    {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}, "doc": "In euros."},
    {"name": "timestamp", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "status", "type": {"type": "enum", "name": "OrderStatus",
     "symbols": ["UNKNOWN", "CREATED", "PAID", "SHIPPED", "CANCELLED"], "default": "UNKNOWN"}}]}
"""

to_avro = AvroSerializer(SchemaRegistryClient({"url": lab.registry}), SCHEMA)
value = SerializationContext(lab.topic("orders"), MessageField.VALUE)
producer = Producer({"bootstrap.servers": lab.kafka})
for line in (lab.folder("in") / "orders.jsonl").open():
    order = json.loads(line)
    order["amount"], order["timestamp"] = Decimal(order["amount"]), datetime.fromisoformat(order["timestamp"])
    producer.produce(lab.topic("orders"), to_avro(order, value), key=order["customer_id"].encode())
    producer.poll(0)
producer.flush()
