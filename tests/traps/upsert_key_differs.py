# trap: upsert-key-differs
from harbour import UPSERT, orders, sql

orders("customer_id STRING, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
sql(f"CREATE TABLE totals (customer_id STRING, orders BIGINT, PRIMARY KEY (customer_id) NOT ENFORCED) WITH ({UPSERT})")
sql(
    "INSERT INTO totals SELECT customer_id, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed), INTERVAL '1' HOUR))"
    " GROUP BY customer_id, window_start, window_end"
)
