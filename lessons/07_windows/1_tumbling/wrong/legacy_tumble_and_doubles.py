# fails: money_is_exact
# says: revenue 0.30000000000000004
"""Harbour's hourly report: how many orders each customer placed in each hour (UTC), and for how much.

The sales department reads the topic `hourly`: one row per customer and hour, final when it comes.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        customer_id STRING,
        amount DOUBLE,
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
            'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE hourly (customer_id STRING, `hour` STRING, orders BIGINT, revenue DOUBLE)
    WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("hourly")}', 'format' = 'json')
""")

tables.execute_sql("""
    INSERT INTO hourly
    SELECT customer_id, DATE_FORMAT(TUMBLE_START(event_time, INTERVAL '1' HOUR), 'HH:mm'), COUNT(*), SUM(amount)
    FROM orders
    GROUP BY customer_id, TUMBLE(event_time, INTERVAL '1' HOUR)
""")
