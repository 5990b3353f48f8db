# trap: avro-unknown-type
import fastavro

fastavro.parse_schema({"type": "record", "name": "Order", "fields": [{"name": "amount", "type": "decimal"}]})
