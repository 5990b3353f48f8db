# trap: avro-not-a-file
import io

import fastavro

list(fastavro.reader(io.BytesIO(b"\x00\x00\x00\x00\x01\x06ada")))
