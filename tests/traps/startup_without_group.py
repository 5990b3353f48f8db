# trap: startup-without-group
from harbour import KAFKA, orders, plan

orders("amount INT", KAFKA)
plan("SELECT * FROM orders")
