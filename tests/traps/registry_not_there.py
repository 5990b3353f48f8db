# trap: address-refused
from harbour import EARLIEST, nowhere, orders, send, sql

send(b"\x00\x00\x00\x00\x01\x06ada")
orders("customer_id STRING", EARLIEST.replace("'json'", "'avro-confluent', 'avro-confluent.url'='http://127.0.0.1:1'"))
nowhere("customer_id STRING")
sql("INSERT INTO nowhere SELECT * FROM orders")
