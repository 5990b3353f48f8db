# trap: avro-decimal-from-float
import io
from decimal import Decimal

import fastavro

AMOUNT = {"name": "amount", "type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
SCHEMA = {"type": "record", "name": "Order", "fields": [AMOUNT]}
fastavro.schemaless_writer(io.BytesIO(), SCHEMA, {"amount": Decimal("12.50")})
