# trap: transaction-timeout
from harbour import KAFKA, orders, send, setting, sql

from streamlings import lab

send()
send(topic="totals")
orders("n INT")
exactly_once = f"'sink.delivery-guarantee'='exactly-once', 'sink.transactional-id-prefix'='{lab.name('totals')}'"
sql(f"CREATE TABLE totals (n INT) WITH ({KAFKA.replace('orders', 'totals')}, {exactly_once})")
setting("execution.checkpointing.interval", "10 s")
sql("INSERT INTO totals SELECT * FROM orders")
