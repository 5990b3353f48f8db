# trap: window-size
from harbour import orders, plan

orders("placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
plan(
    "SELECT COUNT(*) FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(placed), INTERVAL '7' MINUTE, INTERVAL '1' HOUR))"
    " GROUP BY window_start, window_end"
)
