# trap: schema-id-unknown
from harbour import CONFLUENT, EARLIEST, nowhere, orders, send, sql

send(b"\x00\x00\x98\x96\x7f\x06ada")
orders("customer_id STRING", EARLIEST.replace("'json'", CONFLUENT))
nowhere("customer_id STRING")
sql("INSERT INTO nowhere SELECT * FROM orders")
