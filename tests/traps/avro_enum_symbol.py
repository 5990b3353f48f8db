# trap: avro-enum-symbol
import io

import fastavro

SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "status", "type": {"type": "enum", "name": "Status", "symbols": ["CREATED", "PAID"]}}],
}
fastavro.schemaless_writer(io.BytesIO(), SCHEMA, {"status": "SHIPPED"})
