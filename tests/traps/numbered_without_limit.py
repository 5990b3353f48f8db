# trap: numbered-without-limit
from harbour import orders, plan

orders("product STRING, sold INT")
plan("SELECT product, ROW_NUMBER() OVER (ORDER BY sold DESC) FROM orders")
