# trap: reserved-word
from harbour import orders

orders("order_id STRING, method STRING")
