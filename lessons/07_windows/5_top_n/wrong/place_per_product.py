# fails: each_place_has_one_row
# says: among which rows are the places given
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
    SELECT DATE_FORMAT(window_start, 'HH:mm'), place, product, orders
    FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, product ORDER BY orders DESC, product ASC) AS place
        FROM counted
    )
    WHERE place <= 3
""")
