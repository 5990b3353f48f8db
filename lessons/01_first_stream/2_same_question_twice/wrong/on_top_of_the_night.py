# fails: they_agree
# says: every event counts twice
# varies: two jobs run side by side, and how far each has got is luck
"""What has each customer paid? Asked once, over all orders that are there, and all the time, while orders come."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}'"
FROM_THE_BEGINNING = "'scan.startup.mode' = 'earliest-offset'"


def declare(settings: EnvironmentSettings, answer: str, *, bound: str = "") -> TableEnvironment:
    tables = TableEnvironment.create(settings)
    tables.execute_sql(f"""
        CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2), status STRING)
        WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json', {FROM_THE_BEGINNING} {bound})
    """)
    tables.execute_sql(f"""
        CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
        WITH ({KAFKA}, 'connector' = 'upsert-kafka', 'topic' = '{lab.topic(answer)}', 'key.format' = 'json', 'value.format' = 'json')
    """)
    return tables


nightly = declare(EnvironmentSettings.in_batch_mode(), "revenue_nightly", bound=", 'scan.bounded.mode' = 'latest-offset'")
nightly.execute_sql("""
    INSERT INTO revenue
    SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2)) FROM orders WHERE status = 'PAID' GROUP BY customer_id
""")

live = declare(EnvironmentSettings.in_streaming_mode(), "revenue_live")
live.execute_sql(f"""
    CREATE TABLE last_night (customer_id STRING, revenue DECIMAL(14, 2))
    WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("revenue_nightly")}', 'format' = 'json', {FROM_THE_BEGINNING})
""")
live.execute_sql("""
    INSERT INTO revenue
    SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2))
    FROM (SELECT customer_id, revenue AS amount FROM last_night UNION ALL SELECT customer_id, amount FROM orders WHERE status = 'PAID')
    GROUP BY customer_id
""")
