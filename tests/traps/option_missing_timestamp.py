# trap: option-missing
from harbour import KAFKA, orders, plan

orders("amount INT", f"{KAFKA}, 'scan.startup.mode'='timestamp'")
plan("SELECT * FROM orders")
