# trap: avro-decimal-from-float
import io

import fastavro

SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}}],
}
fastavro.schemaless_writer(io.BytesIO(), SCHEMA, {"amount": 12.5})
