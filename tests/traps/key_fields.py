# trap: key-fields
from harbour import EARLIEST, orders, plan

orders("customer_id STRING", f"{EARLIEST}, 'key.format'='json'")
plan("SELECT * FROM orders")
