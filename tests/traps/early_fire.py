# trap: early-fire-of-windows
from harbour import orders, plan, setting

setting("table.exec.emit.early-fire.enabled", "true")
setting("table.exec.emit.early-fire.delay", "60 s")
orders("sold INT, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
windows = "TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed), INTERVAL '1' HOUR))"
plan(f"SELECT window_start, window_end, SUM(sold) FROM {windows} GROUP BY window_start, window_end")
