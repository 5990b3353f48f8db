# trap: braces
from harbour import EARLIEST, nowhere, orders, sql

from streamlings import lab

orders("customer_id STRING", EARLIEST.replace(lab.kafka, "{lab.kafka}"))
nowhere("customer_id STRING")
sql("INSERT INTO nowhere SELECT * FROM orders")
