# trap: avro-reader-default
import io

import fastavro

WRITER = {"type": "record", "name": "Order", "fields": [{"name": "order_id", "type": "string"}]}
READER = {"type": "record", "name": "Order", "fields": [{"name": "currency", "type": "string"}]}
record = io.BytesIO()
fastavro.schemaless_writer(record, WRITER, {"order_id": "o-1"})
fastavro.schemaless_reader(io.BytesIO(record.getvalue()), WRITER, READER)
