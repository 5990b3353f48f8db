# trap: time-column-type
from harbour import orders

orders("placed TIMESTAMP(6), WATERMARK FOR placed AS placed - INTERVAL '5' SECOND")
