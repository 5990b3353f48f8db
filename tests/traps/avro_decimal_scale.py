# trap: avro-decimal-too-long
import io
from decimal import Decimal

import fastavro

SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}}],
}
fastavro.schemaless_writer(io.BytesIO(), SCHEMA, {"amount": Decimal("1.234")})
