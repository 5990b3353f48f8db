# trap: updates-into-append-only
from harbour import UPSERT, orders, sql

orders("customer_id STRING")
sql(f"CREATE TABLE totals (customer_id STRING, PRIMARY KEY (customer_id) NOT ENFORCED) WITH ({UPSERT})")
sql("INSERT INTO orders SELECT * FROM totals")
