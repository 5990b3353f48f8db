# trap: sort-of-a-stream
from harbour import orders, plan

orders("amount INT")
plan("SELECT * FROM orders ORDER BY amount")
