# trap: not-a-time-attribute
from harbour import orders, plan, sql

orders("order_id STRING, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
sql("CREATE VIEW pairs AS SELECT a.placed FROM orders AS a JOIN orders AS b ON a.order_id = b.order_id")
plan("SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE pairs, DESCRIPTOR(placed), INTERVAL '1' HOUR)) GROUP BY window_start, window_end")
