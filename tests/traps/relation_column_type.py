# trap: relation-column
from harbour import POSTGRES, orders, postgres, sql, with_jars

from streamlings import lab

with_jars("jdbc")
postgres(f"CREATE TABLE {lab.name('hourly')} (customer_id TIMESTAMP, orders INT)")
orders("customer_id STRING, orders INT", POSTGRES)
sql("INSERT INTO orders VALUES ('ada', 1)")
