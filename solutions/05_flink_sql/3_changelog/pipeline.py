"""Harbour's revenue per customer, always up to date, in `revenue`; and how many customers are at which level, in `levels`."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

SERVER = f"'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({SERVER}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
          'scan.startup.mode' = 'earliest-offset')
""")

# --8<-- [start:upsert]
tables.execute_sql(f"""
    CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
    WITH ({SERVER}, 'connector' = 'upsert-kafka', 'topic' = '{lab.topic("revenue")}',
          'key.format' = 'json', 'value.format' = 'json')
""")
# --8<-- [end:upsert]

# --8<-- [start:retract]
tables.execute_sql(f"""
    CREATE TABLE levels (level STRING, customers BIGINT)
    WITH ({SERVER}, 'connector' = 'kafka', 'topic' = '{lab.topic("levels")}', 'format' = 'debezium-json')
""")
# --8<-- [end:retract]

# --8<-- [start:queries]
tables.execute_sql("""
    CREATE TEMPORARY VIEW totals AS
    SELECT customer_id, CAST(revenue AS DECIMAL(14, 2)) AS revenue
    FROM (
        SELECT customer_id, SUM(CASE status WHEN 'PAID' THEN amount ELSE -amount END) AS revenue
        FROM orders
        WHERE status IN ('PAID', 'CANCELLED')
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
# --8<-- [end:queries]
