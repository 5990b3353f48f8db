# fails: night_is_answered
# says: which events say that money has come in
# varies: two jobs run side by side, and how far each has got is luck
"""What has each customer paid? Asked once, over all orders that are there, and all the time, while orders come."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}'"
UP_TO_NOW = ", 'scan.bounded.mode' = 'latest-offset'"


def ask(settings: EnvironmentSettings, answer: str, *, bound: str = "") -> None:
    """Submit the question as a job that writes to the topic `answer`. `bound` says where its input ends; without one it never does."""
    tables = TableEnvironment.create(settings)
    tables.execute_sql(f"""
        CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2), status STRING)
        WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
              'scan.startup.mode' = 'earliest-offset' {bound})
    """)
    tables.execute_sql(f"""
        CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
        WITH ({KAFKA}, 'connector' = 'upsert-kafka', 'topic' = '{lab.topic(answer)}', 'key.format' = 'json', 'value.format' = 'json')
    """)
    tables.execute_sql("""
        INSERT INTO revenue
        SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2))
        FROM orders
        GROUP BY customer_id
    """)


ask(EnvironmentSettings.in_batch_mode(), "revenue_nightly", bound=UP_TO_NOW)
ask(EnvironmentSettings.in_streaming_mode(), "revenue_live")
