# trap: rank-of-a-stream
from harbour import orders, plan

orders("product STRING, sold INT, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
windows = "TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed), INTERVAL '1' HOUR))"
sold = f"SELECT window_start, window_end, product, SUM(sold) AS sold FROM {windows} GROUP BY window_start, window_end, product"
place = "RANK() OVER (PARTITION BY window_start, window_end ORDER BY sold DESC)"
plan(f"SELECT * FROM (SELECT *, {place} AS place FROM ({sold})) WHERE place <= 3")
