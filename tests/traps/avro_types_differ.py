# trap: avro-types-differ
import io

import fastavro

WRITER = {"type": "record", "name": "Order", "fields": [{"name": "order_id", "type": "string"}]}
READER = {"type": "record", "name": "Order", "fields": [{"name": "order_id", "type": "int"}]}
record = io.BytesIO()
fastavro.schemaless_writer(record, WRITER, {"order_id": "o-1"})
fastavro.schemaless_reader(io.BytesIO(record.getvalue()), WRITER, READER)
