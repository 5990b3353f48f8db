# trap: jdbc-driver
from harbour import POSTGRES, orders, sql, with_jars

with_jars("jdbc")
orders("customer_id STRING, orders INT", f"{POSTGRES}, 'driver'='com.mysql.cj.jdbc.Driver'")
sql("INSERT INTO orders VALUES ('ada', 1)")
