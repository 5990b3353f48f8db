# trap: not-grouped
from harbour import orders, plan

orders("customer_id STRING, status STRING")
plan("SELECT customer_id, status, COUNT(*) FROM orders GROUP BY customer_id")
