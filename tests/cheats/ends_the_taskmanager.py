# exercise: first_stream/hello
# ends: could_not_check
# says: ended by itself during the check
"""A function that runs inside the TaskManager ends that process."""

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

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


@udf(result_type=DataTypes.STRING())
def mine(order_id: str) -> str:
    """Ends whatever it runs in."""
    import os

    os._exit(0)


tables.create_temporary_function("mine", mine)
tables.execute_sql("INSERT INTO paid_orders SELECT mine(order_id), customer_id, amount FROM orders")
