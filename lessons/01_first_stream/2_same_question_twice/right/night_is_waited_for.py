"""What has each customer paid? Asked once, over all orders that are there, and all the time, while orders come."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
ORDERS = f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, status STRING, amount DECIMAL(10, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset'"""
QUESTION = """
    INSERT INTO revenue
    SELECT customer_id, CAST(SUM(amount) FILTER (WHERE status = 'PAID') AS DECIMAL(14, 2)) FROM orders GROUP BY customer_id
    HAVING COUNT(*) FILTER (WHERE status = 'PAID') > 0
"""

# What a batch job says is final, so a table that only appends can take it.
night = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
night.execute_sql(f"{ORDERS}, 'scan.bounded.mode' = 'latest-offset')")
night.execute_sql(
    f"CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2)) WITH ({KAFKA}, 'topic' = '{lab.topic('revenue_nightly')}')"
)
night.execute_sql(QUESTION).wait()

# Fewer updates: those of 20 ms are put together.
day = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
for name, value in {"enabled": "true", "allow-latency": "20 ms", "size": "1000"}.items():
    day.get_config().set(f"table.exec.mini-batch.{name}", value)
day.execute_sql(f"{ORDERS})")
day.execute_sql(f"""
    CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
    WITH ('connector' = 'upsert-kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{lab.topic("revenue_live")}',
          'key.format' = 'raw', 'value.format' = 'json')
""")
day.execute_sql(QUESTION)
