# trap: avro-default
import fastavro

fastavro.parse_schema({"type": "record", "name": "Order", "fields": [{"name": "currency", "type": "string", "default": None}]})
