# trap: topic-missing
from harbour import KAFKA, orders, sql

orders("n INT", f"{KAFKA}, 'properties.max.block.ms'='500'")
sql("INSERT INTO orders VALUES (1)")
