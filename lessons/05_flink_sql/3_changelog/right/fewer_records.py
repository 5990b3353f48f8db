"""The same with fewer records: Flink collects changes for 100 ms, and the sink writes only the newest of each key."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

SERVER = f"'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.get_config().set("table.exec.mini-batch.enabled", "true")
tables.get_config().set("table.exec.mini-batch.allow-latency", "100 ms")
tables.get_config().set("table.exec.mini-batch.size", "500")

tables.execute_sql(f"""
    CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({SERVER}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
          'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
    WITH ({SERVER}, 'connector' = 'upsert-kafka', 'topic' = '{lab.topic("revenue")}',
          'key.format' = 'json', 'value.format' = 'json',
          'sink.buffer-flush.max-rows' = '100', 'sink.buffer-flush.interval' = '100 ms')
""")

tables.execute_sql(f"""
    CREATE TABLE levels (level STRING, customers BIGINT)
    WITH ({SERVER}, 'connector' = 'kafka', 'topic' = '{lab.topic("levels")}', 'format' = 'debezium-json')
""")

tables.execute_sql("""
    CREATE TEMPORARY VIEW totals AS
    SELECT customer_id, CAST(revenue AS DECIMAL(14, 2)) AS revenue
    FROM (
        SELECT
            customer_id,
            COALESCE(SUM(amount) FILTER (WHERE status = 'PAID'), 0)
                - COALESCE(SUM(amount) FILTER (WHERE status = 'CANCELLED'), 0) AS revenue
        FROM orders
        GROUP BY customer_id
    )
    WHERE revenue > 0
""")

both = tables.create_statement_set()
both.add_insert_sql("INSERT INTO revenue SELECT customer_id, revenue FROM totals")
both.add_insert_sql("""
    INSERT INTO levels
    SELECT level, COUNT(*)
    FROM (SELECT CASE WHEN revenue >= 500 THEN 'gold' ELSE 'silver' END AS level FROM totals)
    GROUP BY level
""")
both.execute()
