# fails: comes_every_five_minutes
# says: but got size 300000 ms and slide 900000 ms
"""Harbour's support desk: what has each customer ordered in the last 15 minutes? It asks every five minutes (UTC).

The desk reads the topic `recent`: one row per customer and window, final when it comes.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}', 'connector' = 'kafka', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE recent (customer_id STRING, began STRING, ended STRING, orders BIGINT, revenue DECIMAL(14, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("recent")}')
""")

tables.execute_sql("""
    INSERT INTO recent
    SELECT customer_id, DATE_FORMAT(window_start, 'HH:mm'), DATE_FORMAT(window_end, 'HH:mm'),
           COUNT(*), CAST(SUM(amount) AS DECIMAL(14, 2))
    FROM TABLE(HOP(TABLE orders, DESCRIPTOR(event_time), INTERVAL '15' MINUTE, INTERVAL '5' MINUTE))
    GROUP BY customer_id, window_start, window_end
""")
