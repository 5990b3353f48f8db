"""Harbour's minute report over its three branches: how many orders each customer placed in each minute, and for how much.

Each branch writes to a partition of its own. A branch that is closed sends nothing, and must not stop the others' reports.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}',
            'scan.startup.mode' = 'earliest-offset', 'scan.watermark.idle-timeout' = '2 s')
""")

tables.execute_sql(f"""
    CREATE TABLE totals (customer_id STRING, `minute` STRING, orders BIGINT, revenue DECIMAL(12, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("totals")}')
""")

tables.execute_sql("""
    INSERT INTO totals
    SELECT customer_id, DATE_FORMAT(window_start, 'HH:mm'), COUNT(*), CAST(SUM(amount) AS DECIMAL(12, 2))
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
    GROUP BY customer_id, window_start, window_end
""")
