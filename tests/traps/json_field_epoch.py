# trap: json-field
from harbour import nowhere, orders, send, sql

send(b'{"placed": 1767225600000}')
orders("placed TIMESTAMP(3)")
nowhere("placed TIMESTAMP(3)")
sql("INSERT INTO nowhere SELECT * FROM orders")
