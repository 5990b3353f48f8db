# trap: key-fields
from harbour import EARLIEST, orders, plan

orders("customer_id STRING", f"{EARLIEST}, 'key.format'='json', 'key.fields'='customer'")
plan("SELECT * FROM orders")
