# trap: sql-syntax
from harbour import orders, plan

orders("customer_id STRING, status STRING")
plan("SELECT customer_id, FROM orders")
