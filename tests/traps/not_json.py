# trap: not-json
from harbour import nowhere, orders, send, sql

send(b"ada, 12.50")
orders("amount INT")
nowhere("amount INT")
sql("INSERT INTO nowhere SELECT * FROM orders")
