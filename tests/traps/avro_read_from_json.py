# trap: avro-read-from-other-bytes
from harbour import EARLIEST, nowhere, orders, send, sql

send(b'{"customer_id": "ada"}')
orders("customer_id STRING", EARLIEST.replace("'json'", "'avro'"))
nowhere("customer_id STRING")
sql("INSERT INTO nowhere SELECT * FROM orders")
