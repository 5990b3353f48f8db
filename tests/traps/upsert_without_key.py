# trap: upsert-without-key
from harbour import UPSERT, orders, plan

orders("customer_id STRING", UPSERT)
plan("SELECT * FROM orders")
