# fails: minute_is_reported
# says: when an event happened, or when it arrived
# varies: its minutes are those of the clock, and may end during the check
"""Harbour's minute report: how many orders each customer placed in each minute, and for how much.

Orders reach Kafka up to 5 s late. One that does must count in its own minute; no report may wait longer than that needs.
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
        event_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
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
