# trap: not-enforced
from harbour import UPSERT, orders

orders("customer_id STRING, PRIMARY KEY (customer_id)", UPSERT)
