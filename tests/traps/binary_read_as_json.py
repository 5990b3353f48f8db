# trap: binary-read-as-json
from harbour import nowhere, orders, send, sql

send(b"\x00\x00\x00\x00\x01\x06ada")
orders("customer_id STRING")
nowhere("customer_id STRING")
sql("INSERT INTO nowhere SELECT * FROM orders")
