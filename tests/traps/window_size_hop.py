# trap: window-size
from harbour import orders, plan

orders("placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
plan(
    "SELECT COUNT(*) FROM TABLE(HOP(TABLE orders, DESCRIPTOR(placed), INTERVAL '10' MINUTE, INTERVAL '15' MINUTE))"
    " GROUP BY window_start, window_end"
)
