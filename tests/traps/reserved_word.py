# trap: reserved-word
from harbour import orders

orders("customer_id STRING, timestamp BIGINT")
