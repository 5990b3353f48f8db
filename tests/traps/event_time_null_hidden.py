# trap: event-time-null
from harbour import EARLIEST, nowhere, orders, send, sql

send(b'{"placed": "2026-01-01T12:00:00Z"}')
orders("customer_id STRING, placed TIMESTAMP(3), WATERMARK FOR placed AS placed", f"{EARLIEST}, 'json.ignore-parse-errors'='true'")
nowhere("visits BIGINT")
sql(
    "INSERT INTO nowhere SELECT COUNT(*) FROM TABLE(SESSION(TABLE orders PARTITION BY customer_id, DESCRIPTOR(placed), INTERVAL '1' HOUR))"
    " GROUP BY customer_id, window_start, window_end"
)
