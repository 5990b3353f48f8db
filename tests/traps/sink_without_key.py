# trap: sink-without-key
from harbour import POSTGRES, orders, sql, with_jars

with_jars("jdbc")
orders("customer_id STRING")
sql(f"CREATE TABLE hourly (customer_id STRING, orders BIGINT) WITH ({POSTGRES})")
sql("INSERT INTO hourly SELECT customer_id, COUNT(*) FROM orders GROUP BY customer_id")
