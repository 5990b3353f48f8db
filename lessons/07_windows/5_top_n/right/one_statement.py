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
    INSERT INTO top (orders, product, place, `hour`)
    WITH counted AS (
        SELECT product, window_end AS ended, window_start AS began, COUNT(*) AS orders
        FROM TABLE(TUMBLE(DATA => TABLE orders, TIMECOL => DESCRIPTOR(event_time), SIZE => INTERVAL '60' MINUTES))
        GROUP BY product, window_end, window_start
    )
    SELECT orders, product,
           ROW_NUMBER() OVER (PARTITION BY ended, began ORDER BY orders DESC, product) AS place,
           DATE_FORMAT(began, 'HH:mm')
    FROM counted
    QUALIFY place < 4
""")
