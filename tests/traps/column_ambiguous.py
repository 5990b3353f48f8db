# trap: column-ambiguous
from harbour import orders, plan

orders("order_id STRING")
plan("SELECT order_id FROM orders AS a JOIN orders AS b ON a.order_id = b.order_id")
