"""Orders from partner shops: the clean ones with their shipping zone to clean_orders, all others with a reason to bad_orders."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, amount STRING, country STRING, status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'format' = 'json', 'json.ignore-parse-errors' = 'true',
          'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE clean_orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), zone STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("clean_orders")}', 'format' = 'json')
""")
tables.execute_sql(f"""
    CREATE TABLE bad_orders (reason STRING, message STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("bad_orders")}', 'format' = 'json')
""")

# TODO: a bad amount stops this job, a bad message vanishes, nobody is told which and why, and every country is its own zone.
tables.execute_sql("""
    INSERT INTO clean_orders
    SELECT order_id, customer_id, CAST(amount AS DECIMAL(10, 2)), country
    FROM orders
    WHERE status <> 'TEST'
""")
