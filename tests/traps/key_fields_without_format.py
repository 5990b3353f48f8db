# trap: key-fields
from harbour import EARLIEST, orders, plan

orders("customer_id STRING", f"{EARLIEST}, 'key.fields'='customer_id'")
plan("SELECT * FROM orders")
