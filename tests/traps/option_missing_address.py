# trap: option-missing
from harbour import orders, plan

orders("amount INT", "'connector'='kafka', 'topic'='orders', 'format'='json', 'scan.startup.mode'='earliest-offset'")
plan("SELECT * FROM orders")
