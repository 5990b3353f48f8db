# trap: two-time-attributes
from harbour import nowhere, orders, sql

orders("placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
nowhere("placed TIMESTAMP(3), again TIMESTAMP(3)")
sql("INSERT INTO nowhere SELECT placed, placed AS again FROM orders")
