# trap: table-exists
from harbour import orders

orders("customer_id STRING")
orders("customer_id STRING")
