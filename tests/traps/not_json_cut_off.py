# trap: not-json
from harbour import nowhere, orders, send, sql

send(b'{"amount": 12')
orders("amount INT")
nowhere("amount INT")
sql("INSERT INTO nowhere SELECT * FROM orders")
