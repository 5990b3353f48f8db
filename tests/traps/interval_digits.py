# trap: interval-digits
from harbour import orders

orders("placed TIMESTAMP(3), WATERMARK FOR placed AS placed - INTERVAL '100' SECOND")
