# trap: no-unique-constraint
from harbour import POSTGRES, postgres, sql, with_jars

from streamlings import lab

with_jars("jdbc")
postgres(f"CREATE TABLE {lab.name('hourly')} (customer_id TEXT, orders BIGINT)")
sql(f"CREATE TABLE hourly (customer_id STRING, orders BIGINT, PRIMARY KEY (customer_id) NOT ENFORCED) WITH ({POSTGRES})")
sql("INSERT INTO hourly SELECT c, COUNT(*) FROM (VALUES ('ada'), ('bob')) AS orders (c) GROUP BY c")
