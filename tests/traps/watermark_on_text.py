# trap: watermark-on-text
from harbour import orders

orders("placed STRING, WATERMARK FOR placed AS placed - INTERVAL '5' SECOND")
