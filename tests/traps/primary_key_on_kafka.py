# trap: primary-key-on-kafka
from harbour import orders, plan

orders("customer_id STRING, PRIMARY KEY (customer_id) NOT ENFORCED")
plan("SELECT * FROM orders")
