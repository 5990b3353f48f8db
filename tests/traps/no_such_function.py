# trap: no-such-function
from harbour import orders, plan

orders("customer_id STRING")
plan("SELECT risk(customer_id) FROM orders")
