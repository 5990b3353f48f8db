# fails: comes_while_the_day_runs
# says: which of your windows end while the day runs
"""Harbour's dashboard: what has each customer ordered today (UTC)? It moves every minute, and the last total of a day is final.

The dashboard reads the topic `today`: a customer's total after each minute, from the first order of the day on.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
            'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE today (customer_id STRING, `day` STRING, `minute` STRING, orders BIGINT, revenue DECIMAL(14, 2))
    WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("today")}', 'format' = 'json')
""")

tables.execute_sql("""
    INSERT INTO today
    SELECT customer_id, DATE_FORMAT(window_start, 'yyyy-MM-dd'), DATE_FORMAT(window_end, 'HH:mm'),
           COUNT(*), CAST(SUM(amount) AS DECIMAL(14, 2))
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' DAY))
    GROUP BY customer_id, window_start, window_end, window_time
""")
