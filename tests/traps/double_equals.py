# trap: double-equals
from harbour import orders, plan

orders("order_id STRING, status STRING")
plan("SELECT * FROM orders WHERE status == 'PAID'")
