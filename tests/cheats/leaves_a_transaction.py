# exercise: first_stream/hello
# ends: failed
# says: expected
"""An open transaction holds up whoever reads committed records only; its rows would be there when nobody looks any more."""

import signal

from confluent_kafka import Producer
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql("CREATE TABLE nowhere (order_id STRING) WITH ('connector' = 'blackhole')")
tables.execute_sql("INSERT INTO nowhere SELECT order_id FROM orders")

producer = Producer({"bootstrap.servers": lab.kafka, "transactional.id": "mine"})
producer.init_transactions()
producer.begin_transaction()
producer.produce(lab.topic("paid_orders"), '{"order_id": "o-1", "customer_id": "ada", "amount": 1.00}')
producer.flush()
while True:
    signal.pause()
