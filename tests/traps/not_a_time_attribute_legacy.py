# trap: not-a-time-attribute
from harbour import orders, plan

orders("placed TIMESTAMP(3)")
plan("SELECT COUNT(*) FROM orders GROUP BY TUMBLE(placed, INTERVAL '1' HOUR)")
