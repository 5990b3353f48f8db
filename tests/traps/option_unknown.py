# trap: option-unknown
from harbour import KAFKA, orders, plan

orders("amount INT", f"{KAFKA}, 'scan.startup.mod'='earliest-offset'")
plan("SELECT * FROM orders")
