# trap: time-column-type
from harbour import orders

orders("placed BIGINT, WATERMARK FOR placed AS placed")
