# trap: avro-enum-no-match
import json

import avro_order
from harbour import CONFLUENT

OLDER = avro_order.SCHEMA | {"fields": [{"name": "status", "type": avro_order.STATUS | {"symbols": ["CREATED"]}}]}
avro_order.CONFLUENT = f"{CONFLUENT}, 'avro-confluent.schema'='{json.dumps(OLDER)}'"
avro_order.read_as("status STRING NOT NULL")
