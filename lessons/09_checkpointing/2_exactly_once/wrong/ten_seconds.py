# fails: each_order_once
# says: the broker aborts them after 10 s
"""Harbour charges each paid order to a card and packs a parcel for it; a third query adds up what was charged.

The machine that runs it may die at any moment. Nobody may be charged twice for it, or get two parcels.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.get_config().set("execution.checkpointing.interval", "500 ms")

tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")

ONCE = "'sink.delivery-guarantee' = 'exactly-once', 'properties.transaction.timeout.ms' = '10000'"
tables.execute_sql(f"""
    CREATE TABLE charges (order_id STRING, customer_id STRING, amount DECIMAL(10, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("charges")}', {ONCE}, 'sink.transactional-id-prefix' = '{lab.name("charges")}',
          'scan.startup.mode' = 'earliest-offset', 'properties.isolation.level' = 'read_committed')
""")
tables.execute_sql(f"""
    CREATE TABLE parcels (order_id STRING, customer_id STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("parcels")}', {ONCE}, 'sink.transactional-id-prefix' = '{lab.name("parcels")}')
""")
tables.execute_sql(f"""
    CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
    WITH ('connector' = 'upsert-kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{lab.topic("revenue")}',
          'key.format' = 'json', 'value.format' = 'json')
""")

job = tables.create_statement_set()
job.add_insert_sql("INSERT INTO charges SELECT order_id, customer_id, amount FROM orders WHERE status = 'PAID'")
job.add_insert_sql("INSERT INTO parcels SELECT order_id, customer_id FROM orders WHERE status = 'PAID'")
job.add_insert_sql("INSERT INTO revenue SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2)) FROM charges GROUP BY customer_id")
job.execute()
