# trap: option-missing
from harbour import SERVER, orders, plan

orders("amount INT", f"'connector'='kafka', {SERVER}, 'format'='json', 'scan.startup.mode'='earliest-offset'")
plan("SELECT * FROM orders")
