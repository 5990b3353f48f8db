# trap: not-a-time-attribute
from harbour import orders, plan

orders("placed TIMESTAMP(3)")
plan("SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed), INTERVAL '1' HOUR)) GROUP BY window_start, window_end")
