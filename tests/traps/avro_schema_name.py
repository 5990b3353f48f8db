# trap: avro-schema
import fastavro

fastavro.parse_schema({"type": "record", "fields": []})
