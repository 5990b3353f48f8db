# trap: relation-missing
from harbour import POSTGRES, orders, sql, with_jars

with_jars("jdbc")
orders("customer_id STRING, orders INT", POSTGRES)
sql("INSERT INTO orders VALUES ('ada', 1)")
