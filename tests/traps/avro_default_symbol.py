# trap: avro-default
import fastavro

fastavro.parse_schema({"type": "enum", "name": "Status", "symbols": ["CREATED", "PAID"], "default": "UNKNOWN"})
