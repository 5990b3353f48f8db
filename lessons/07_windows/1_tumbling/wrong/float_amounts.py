# fails: money_is_exact
# says: a FLOAT keeps about seven digits
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
        amount FLOAT,
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
            'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE hourly (customer_id STRING, `hour` STRING, orders BIGINT, revenue DECIMAL(14, 2))
    WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("hourly")}', 'format' = 'json')
""")

tables.execute_sql("""
    INSERT INTO hourly
    SELECT customer_id, DATE_FORMAT(window_start, 'HH:mm'), COUNT(*), CAST(SUM(amount) AS DECIMAL(14, 2))
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' HOUR))
    GROUP BY customer_id, window_start, window_end
""")
