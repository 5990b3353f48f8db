# trap: updates-into-operator
from harbour import UPSERT, orders, plan

orders("customer_id STRING, placed TIMESTAMP(3), WATERMARK FOR placed AS placed, PRIMARY KEY (customer_id) NOT ENFORCED", UPSERT)
plan("SELECT COUNT(*) OVER (PARTITION BY customer_id ORDER BY placed) FROM orders")
