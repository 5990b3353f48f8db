# trap: reserved-word
from harbour import orders, plan

orders("customer_id STRING")
plan("SELECT COUNT(*) AS value FROM orders")
