# trap: updates-into-append-only
from harbour import orders, sql

orders("customer_id STRING, amount INT")
sql("INSERT INTO orders SELECT customer_id, SUM(amount) FROM orders GROUP BY customer_id")
