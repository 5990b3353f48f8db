# trap: column-not-found
from harbour import orders, plan

orders("customer STRING")
plan("SELECT o.customer_id FROM orders AS o")
