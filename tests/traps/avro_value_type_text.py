# trap: avro-value-type
import io

import fastavro

SCHEMA = {"type": "record", "name": "Order", "fields": [{"name": "order_id", "type": "string"}]}
fastavro.schemaless_writer(io.BytesIO(), SCHEMA, {"order_id": 12})
