# exercise: first_stream/hello
# ends: failed
# says:
"""It submits job after job, and says of none whose it is."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE paid_orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("paid_orders")}')
""")

tables.get_config().set("pipeline.global-job-parameters", "mine:yes")
while True:
    tables.execute_sql("INSERT INTO paid_orders SELECT order_id, customer_id, amount FROM orders")
