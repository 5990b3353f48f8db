# trap: schema-refused
import json

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from streamlings import lab

client = SchemaRegistryClient({"url": lab.registry})
for kind in ("string", "int"):
    schema = json.dumps({"type": "record", "name": "Order", "fields": [{"name": "id", "type": kind}]})
    client.register_schema(f"{lab.topic('orders')}-value", Schema(schema, "AVRO"))
