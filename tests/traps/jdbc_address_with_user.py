# trap: jdbc-address
from harbour import orders, sql, with_jars

from streamlings import lab

with_jars("jdbc")
orders("customer_id STRING, orders INT", f"'connector'='jdbc', 'url'='jdbc:{lab.postgres}', 'table-name'='hourly'")
sql("INSERT INTO orders VALUES ('ada', 1)")
