# trap: no-wire-format
from harbour import CONFLUENT, EARLIEST, nowhere, orders, send, sql

send(b'{"customer_id": "ada"}')
orders("customer_id STRING", EARLIEST.replace("'json'", CONFLUENT))
nowhere("customer_id STRING")
sql("INSERT INTO nowhere SELECT * FROM orders")
