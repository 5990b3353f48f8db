# fails: live_answers
# says: the watermark stands at 11:02:00
# varies: two jobs run side by side, and how far each has got is luck
"""What has each customer paid? Asked once, over all orders that are there, and all the time, while orders come."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}', 'connector' = 'kafka', 'format' = 'json'"


def declare(settings: EnvironmentSettings, answer: str, *, bound: str = "") -> TableEnvironment:
    tables = TableEnvironment.create(settings)
    tables.execute_sql(f"""
        CREATE TABLE orders (
            customer_id STRING, amount DECIMAL(10, 2), status STRING, `timestamp` BIGINT,
            event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3), WATERMARK FOR event_time AS event_time
        ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset' {bound})
    """)
    tables.execute_sql(f"""
        CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2)) WITH ({KAFKA}, 'topic' = '{lab.topic(answer)}')
    """)
    return tables


nightly = declare(EnvironmentSettings.in_batch_mode(), "revenue_nightly", bound=", 'scan.bounded.mode' = 'latest-offset'")
nightly.execute_sql("""
    INSERT INTO revenue
    SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2)) FROM orders WHERE status = 'PAID' GROUP BY customer_id
""")

# A window's result is final, so a plain Kafka table can take it.
live = declare(EnvironmentSettings.in_streaming_mode(), "revenue_live")
live.execute_sql("""
    INSERT INTO revenue
    SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2))
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' DAY))
    WHERE status = 'PAID'
    GROUP BY customer_id, window_start, window_end
""")
