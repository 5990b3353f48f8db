# trap: watermark-column
from harbour import orders

orders("placed TIMESTAMP(3), WATERMARK FOR event_time AS event_time")
