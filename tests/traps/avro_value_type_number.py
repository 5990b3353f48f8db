# trap: avro-value-type
import io

import fastavro

SCHEMA = {"type": "record", "name": "Order", "fields": [{"name": "amount", "type": "int"}]}
fastavro.schemaless_writer(io.BytesIO(), SCHEMA, {"amount": "12"})
