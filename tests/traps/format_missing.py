# trap: format-missing
from harbour import orders, plan

orders("amount INT", "'connector'='filesystem', 'path'='file:///orders', 'format'='parquet'")
plan("SELECT * FROM orders")
