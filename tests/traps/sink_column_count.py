# trap: sink-column-count
from harbour import nowhere, orders, sql

orders("customer_id STRING")
nowhere("customer_id STRING, amount INT")
sql("INSERT INTO nowhere SELECT * FROM orders")
