# trap: avro-schema-option
import json

from harbour import CONFLUENT, EARLIEST, nowhere, orders, sql

schema = json.dumps({"type": "record", "name": "Order", "fields": [{"name": "customer_id", "type": "string"}]})
orders("customer_id STRING", EARLIEST.replace("'json'", f"{CONFLUENT}, 'avro-confluent.schema'='{schema}'"))
nowhere("customer_id STRING")
sql("INSERT INTO nowhere SELECT * FROM orders")
