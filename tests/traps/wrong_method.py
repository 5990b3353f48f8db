# trap: wrong-method
from harbour import nowhere, orders, tables

orders("order_id STRING")
nowhere("order_id STRING")
tables.sql_query("INSERT INTO nowhere SELECT * FROM orders")
