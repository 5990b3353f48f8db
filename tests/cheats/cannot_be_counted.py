# exercise: first_stream/hello
# ends: failed
# says: two sinks of your job have one name
"""Two sinks of one name, of which Flink counts one only, so that rows may come past them."""

import json

from confluent_kafka import Consumer, Producer
from pyflink.common import Types
from pyflink.common.serialization import SimpleStringSchema
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink
from pyflink.table import StreamTableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
ORDERS = f"{KAFKA}, 'topic' = '{lab.topic('orders')}', 'scan.startup.mode' = 'earliest-offset'"

environment = StreamExecutionEnvironment.get_execution_environment()
tables = StreamTableEnvironment.create(environment)
tables.execute_sql(f"CREATE TABLE orders (order_id STRING) WITH ({ORDERS})")
none_of_them = tables.to_data_stream(tables.sql_query("SELECT order_id FROM orders WHERE order_id = ''"))
ids = none_of_them.map(lambda row: row[0], output_type=Types.STRING())
for topic in ("nowhere", "elsewhere"):
    name, schema = lab.topic(topic), SimpleStringSchema()
    serializer = KafkaRecordSerializationSchema.builder().set_topic(name).set_value_serialization_schema(schema).build()
    ids.sink_to(KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build())
environment.execute_async()

consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("paid"), "auto.offset.reset": "earliest"})
consumer.subscribe([lab.topic("orders")])
producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 0})
while True:
    message = consumer.poll(1)
    if message is None or message.error():
        continue
    order = json.loads(message.value())
    if order["status"] == "PAID":
        producer.produce(lab.topic("paid_orders"), json.dumps({name: order[name] for name in ("order_id", "customer_id", "amount")}))
        producer.flush()
