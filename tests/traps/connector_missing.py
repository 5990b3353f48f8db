# trap: connector-missing
from harbour import orders, plan

orders("amount INT", "'connector'='kafak'")
plan("SELECT * FROM orders")
