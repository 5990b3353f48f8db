# trap: postgres-not-there
from harbour import ADDRESS, POSTGRES, orders, sql, with_jars

with_jars("jdbc")
orders("customer_id STRING, orders INT", POSTGRES.replace(ADDRESS, "127.0.0.1:1/streamlings"))
sql("INSERT INTO orders VALUES ('ada', 1)")
