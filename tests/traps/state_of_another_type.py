# trap: state-of-another-type
from harbour import nowhere, orders, send, setting, sql, stopped_with_savepoint

send(b'{"customer_id": "ada"}')
orders("customer_id STRING")
nowhere("customer_id STRING, orders BIGINT")
savepoint = stopped_with_savepoint("INSERT INTO nowhere SELECT customer_id, COUNT(*) FROM orders GROUP BY customer_id")
setting("execution.state-recovery.path", savepoint)
sql("INSERT INTO nowhere SELECT customer_id, COUNT(DISTINCT customer_id) FROM orders GROUP BY customer_id")
