# trap: table-not-found
from harbour import orders, sql

orders("order_id STRING")
sql("INSERT INTO paid SELECT * FROM orders")
