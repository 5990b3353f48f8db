"""Harbour's running totals: how many orders each customer has placed, and for how much, always up to date.

The machine that runs it may die at any moment. Afterwards the totals must go on as if nothing had happened.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

# --8<-- [start:checkpointing]
tables.get_config().set("execution.checkpointing.interval", "500 ms")
# --8<-- [end:checkpointing]

tables.execute_sql(f"""
    CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2))
    WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
          'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE totals (customer_id STRING, orders BIGINT, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
    WITH ({KAFKA}, 'connector' = 'upsert-kafka', 'topic' = '{lab.topic("totals")}',
          'key.format' = 'json', 'value.format' = 'json')
""")

tables.execute_sql("""
    INSERT INTO totals
    SELECT customer_id, COUNT(*), CAST(SUM(amount) AS DECIMAL(14, 2))
    FROM orders
    GROUP BY customer_id
""")
