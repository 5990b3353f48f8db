# trap: setting-value
from harbour import KAFKA, orders, plan

orders("customer_id STRING", f"{KAFKA}, 'scan.startup.mode'='earliest'")
plan("SELECT * FROM orders")
