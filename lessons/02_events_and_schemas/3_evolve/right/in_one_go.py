"""The same in three versions: the second one brings both new fields. With confluent-kafka's own registry client."""

import json
from decimal import Decimal

from confluent_kafka import Producer
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from streamlings import lab

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
ORDER = [{"name": "order_id", "type": "string"}, {"name": "customer_id", "type": "string"}]
NEW = [{"name": "total", "type": ["null", MONEY], "default": None}, {"name": "currency", "type": "string", "default": "EUR"}]
VERSIONS = [
    [*ORDER, {"name": "amount", "type": MONEY}],
    [*NEW, *ORDER, {"name": "amount", "type": MONEY, "default": ""}],
    [*NEW, *ORDER],
]

client = SchemaRegistryClient({"url": lab.registry})
producer = Producer({"bootstrap.servers": lab.kafka})
context = SerializationContext(lab.topic("orders"), MessageField.VALUE)
for n, fields in enumerate(VERSIONS):
    text = json.dumps({"type": "record", "name": "shop.harbour.OrderEvent", "fields": fields})
    client.register_schema(f"{lab.topic('orders')}-value", Schema(text, "AVRO"))
    client.set_compatibility(f"{lab.topic('orders')}-value", "FULL")
    to_avro = AvroSerializer(client, text)
    for line in (lab.folder("in") / f"day-{n + 1}.jsonl").open():
        order = json.loads(line)
        event = order | {"total": Decimal(order["paid"]), "amount": Decimal(order["paid"])}
        producer.produce(lab.topic("orders"), to_avro(event, context), key=order["customer_id"].encode())
    producer.flush()
