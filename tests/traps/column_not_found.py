# trap: column-not-found
from harbour import orders, plan

orders("customer STRING")
plan("SELECT customer_id FROM orders")
