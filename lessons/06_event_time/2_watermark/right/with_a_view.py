"""Harbour's minute report: how many orders each customer placed in each minute, and for how much.

Orders reach Kafka up to 5 s late. One that does must count in its own minute; no report may wait longer than that needs.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        status STRING,
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '00:05' MINUTE TO SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE totals (customer_id STRING, `minute` STRING, orders BIGINT, revenue DECIMAL(12, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("totals")}')
""")

tables.execute_sql("""
    CREATE TEMPORARY VIEW minutes AS
    SELECT window_start AS began, window_end, customer_id, COUNT(*) AS orders, SUM(amount) AS revenue
    FROM TABLE(TUMBLE(DATA => TABLE orders, TIMECOL => DESCRIPTOR(event_time), SIZE => INTERVAL '60' SECONDS))
    GROUP BY window_start, window_end, customer_id
""")
tables.execute_sql("""
    INSERT INTO totals (revenue, orders, `minute`, customer_id)
    SELECT revenue, orders, DATE_FORMAT(began, 'HH:mm'), customer_id FROM minutes
""").wait()
