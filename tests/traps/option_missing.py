# trap: option-missing
from harbour import EARLIEST, orders, plan

orders("amount INT", EARLIEST.replace(", 'format'='json'", ""))
plan("SELECT * FROM orders")
