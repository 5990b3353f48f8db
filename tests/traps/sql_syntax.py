# trap: sql-syntax
from harbour import orders

orders("customer_id STRING, status STRING,")
