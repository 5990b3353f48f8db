# trap: topic-missing
from harbour import nowhere, orders, sql

orders("n INT")
nowhere("n INT")
sql("INSERT INTO nowhere SELECT * FROM orders")
