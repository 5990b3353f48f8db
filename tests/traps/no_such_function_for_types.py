# trap: no-such-function
from harbour import orders, plan

orders("placed STRING")
plan("SELECT DATE_TRUNC('hour', placed) FROM orders")
