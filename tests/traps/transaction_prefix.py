# trap: transaction-prefix
from harbour import KAFKA, orders, plan

orders("n INT", f"{KAFKA}, 'sink.delivery-guarantee'='exactly-once'")
plan("INSERT INTO orders VALUES (1)")
