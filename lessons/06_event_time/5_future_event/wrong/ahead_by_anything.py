# fails: only_wrong_clocks_go_aside
# says: not in suspicious
"""Harbour's minute report: how many orders each customer placed in each minute, and for how much.

A tablet at one of the tills has a wrong clock. Its orders go aside, into `suspicious`, and the report goes on.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        order_id STRING, customer_id STRING, amount DECIMAL(10, 2), `timestamp` BIGINT, status STRING,
        arrived TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        believable AS TO_TIMESTAMP_LTZ(`timestamp`, 3) <= arrived,
        WATERMARK FOR event_time AS CASE WHEN believable THEN event_time - INTERVAL '5' SECOND END
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql("CREATE TEMPORARY VIEW believable_orders AS SELECT * FROM orders WHERE believable")

tables.execute_sql(f"""
    CREATE TABLE totals (customer_id STRING, `minute` STRING, orders BIGINT, revenue DECIMAL(12, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("totals")}')
""")
tables.execute_sql(f"""
    CREATE TABLE suspicious (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), `timestamp` BIGINT, status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("suspicious")}')
""")

both = tables.create_statement_set()
both.add_insert_sql("""
    INSERT INTO totals
    SELECT customer_id, DATE_FORMAT(window_start, 'HH:mm'), COUNT(*), CAST(SUM(amount) AS DECIMAL(12, 2))
    FROM TABLE(TUMBLE(TABLE believable_orders, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
    GROUP BY customer_id, window_start, window_end
""")
both.add_insert_sql("""
    INSERT INTO suspicious
    SELECT order_id, customer_id, amount, `timestamp`, status
    FROM orders
    WHERE NOT believable
""")
both.execute()
