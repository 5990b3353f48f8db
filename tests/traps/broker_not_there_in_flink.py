# trap: broker-not-there
from harbour import EARLIEST, nowhere, orders, sql

from streamlings import lab

orders(
    "n INT",
    EARLIEST.replace(lab.kafka, "127.0.0.1:1") + ", 'properties.default.api.timeout.ms'='500', 'properties.request.timeout.ms'='400'",
)
nowhere("n INT")
sql("INSERT INTO nowhere SELECT * FROM orders")
