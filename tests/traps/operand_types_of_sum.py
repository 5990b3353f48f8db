# trap: operand-types
from harbour import orders, plan

orders("amount STRING")
plan("SELECT SUM(amount) FROM orders")
