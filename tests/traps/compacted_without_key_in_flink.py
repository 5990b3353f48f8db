# trap: compacted-without-key
from clients import topic
from harbour import KAFKA, orders, sql

topic(config={"cleanup.policy": "compact"})
orders("n INT", KAFKA)
sql("INSERT INTO orders VALUES (1)")
