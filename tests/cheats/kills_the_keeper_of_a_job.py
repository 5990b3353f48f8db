# exercise: first_stream/hello
# ends: could_not_check
# says: watches over your program
"""It kills the process that started it, and leaves a wrong job and a process behind."""

import os
import signal

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
tables.execute_sql("INSERT INTO paid_orders SELECT order_id, customer_id, amount FROM orders")
os.kill(os.getppid(), signal.SIGKILL)
if not os.fork():
    while True:
        signal.pause()
