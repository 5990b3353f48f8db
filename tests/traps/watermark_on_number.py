# trap: watermark-on-number
from harbour import orders

orders("placed BIGINT, WATERMARK FOR placed AS placed - INTERVAL '5' SECOND")
