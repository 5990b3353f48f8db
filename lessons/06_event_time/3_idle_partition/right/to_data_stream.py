"""Harbour's minute report over its three branches: the source is a table, with a watermark for each partition; the windows are Python."""

import json
from datetime import UTC, datetime

from pyflink.common import SimpleStringSchema, Time, Types
from pyflink.datastream import ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink
from pyflink.datastream.window import TumblingEventTimeWindows
from pyflink.table import StreamTableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"


class MinuteReport(ProcessWindowFunction):
    def process(self, customer, context, orders):
        minute = datetime.fromtimestamp(context.window().start / 1000, UTC).strftime("%H:%M")
        cents = [order[1] for order in orders]
        yield json.dumps({"customer_id": customer, "minute": minute, "orders": len(cents), "revenue": sum(cents) / 100})


env = StreamExecutionEnvironment.get_execution_environment()
tables = StreamTableEnvironment.create(env)
tables.get_config().set("table.exec.source.idle-timeout", "1800 ms")

tables.execute_sql(f"""
    CREATE TABLE orders (
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')
""")
text = SimpleStringSchema()
serializer = KafkaRecordSerializationSchema.builder().set_topic(lab.topic("totals")).set_value_serialization_schema(text).build()
(
    tables.to_data_stream(tables.sql_query("SELECT customer_id, CAST(amount * 100 AS BIGINT), event_time FROM orders"))
    .key_by(lambda order: order[0])
    .window(TumblingEventTimeWindows.of(Time.minutes(1)))
    .process(MinuteReport(), output_type=Types.STRING())
    .sink_to(KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build())
)
env.execute("minute report")
