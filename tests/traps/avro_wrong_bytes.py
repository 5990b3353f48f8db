# trap: avro-wrong-bytes
import io

import fastavro

SCHEMA = {"type": "record", "name": "Order", "fields": [{"name": "order_id", "type": "string"}]}
fastavro.schemaless_reader(io.BytesIO(b'{"order_id": "o-1"}'), SCHEMA, None)
