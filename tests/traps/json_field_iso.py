# trap: json-field
from harbour import nowhere, orders, send, sql

send(b'{"placed": "2026-01-01T12:00:00Z"}')
orders("placed TIMESTAMP(3)")
nowhere("placed TIMESTAMP(3)")
sql("INSERT INTO nowhere SELECT * FROM orders")
