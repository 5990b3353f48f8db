# trap: event-time-null
from harbour import nowhere, orders, send, setting, sql

send(b'{"timestamp": "2026-01-01 12:00:00"}')
orders("placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
nowhere("orders BIGINT")
setting("table.optimizer.agg-phase-strategy", "ONE_PHASE")
sql(
    "INSERT INTO nowhere SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed), INTERVAL '1' HOUR))"
    " GROUP BY window_start, window_end"
)
