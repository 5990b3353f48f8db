# trap: event-time-null
from harbour import KAFKA, orders, send, sql

send(b'{"timestamp": "2026-01-01 12:00:00"}')
orders("customer_id STRING, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
sql(f"CREATE TABLE paid (customer_id STRING, placed TIMESTAMP(3)) WITH ({KAFKA})")
sql("INSERT INTO paid SELECT * FROM orders")
