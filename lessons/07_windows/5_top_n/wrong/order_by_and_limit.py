# fails: hours_are_ranked_live
# says: produced by node SortLimit
"""Harbour's front page: the three products that were ordered most often in each hour (UTC).

The page reads the topic `top`: a row for each place, final when it comes. Equal numbers stand in the alphabetical order.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}', 'connector' = 'kafka', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        product STRING,
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE top (`hour` STRING, place BIGINT, product STRING, orders BIGINT)
    WITH ({KAFKA}, 'topic' = '{lab.topic("top")}')
""")

tables.execute_sql("""
    CREATE TEMPORARY VIEW counted AS
    SELECT window_start, window_end, product, COUNT(*) AS orders
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' HOUR))
    GROUP BY window_start, window_end, product
""")

tables.execute_sql("""
    INSERT INTO top
    SELECT DATE_FORMAT(window_start, 'HH:mm'), 1, product, orders
    FROM counted
    ORDER BY orders DESC, product ASC
    LIMIT 3
""")
