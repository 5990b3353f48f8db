# trap: avro-schema
import fastavro

fastavro.parse_schema({"type": "enum", "name": "Status", "symbols": ["IN-TRANSIT"]})
