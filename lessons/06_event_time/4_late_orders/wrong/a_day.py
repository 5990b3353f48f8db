# fails: too_late_goes_aside
# says: it was counted
"""Harbour's minute report: how many orders each customer placed in each minute, and for how much; late ones correct it."""

import json
from datetime import UTC, datetime

from pyflink.common import SimpleStringSchema, Time, Types
from pyflink.datastream import OutputTag, ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink
from pyflink.datastream.window import TumblingEventTimeWindows
from pyflink.table import StreamTableEnvironment

from streamlings import lab

LATE = OutputTag("late", Types.STRING())


class MinuteReport(ProcessWindowFunction):
    def process(self, customer, context, messages):
        minute = datetime.fromtimestamp(context.window().start / 1000, UTC).strftime("%H:%M")
        cents = [round(json.loads(message)["amount"] * 100) for message in messages]
        yield json.dumps({"customer_id": customer, "minute": minute, "orders": len(cents), "revenue": sum(cents) / 100})


def sink(topic: str) -> KafkaSink:
    text = SimpleStringSchema()
    serializer = KafkaRecordSerializationSchema.builder().set_topic(lab.topic(topic)).set_value_serialization_schema(text).build()
    builder = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer)
    return builder.set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE).build()


env = StreamExecutionEnvironment.get_execution_environment()
tables = StreamTableEnvironment.create(env)
placed = "TO_TIMESTAMP_LTZ(CAST(JSON_VALUE(message, '$.timestamp') AS BIGINT), 3)"
tables.execute_sql(f"""
    CREATE TABLE orders (message STRING, placed AS {placed}, WATERMARK FOR placed AS placed - INTERVAL '5' SECOND)
    WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{lab.topic("orders")}',
          'format' = 'raw', 'scan.startup.mode' = 'earliest-offset')
""")

messages = tables.to_data_stream(tables.from_path("orders")).map(lambda order: order[0], Types.STRING())
report = (
    messages.key_by(lambda message: json.loads(message)["customer_id"])
    .window(TumblingEventTimeWindows.of(Time.minutes(1)))
    .allowed_lateness(86_400_000)
    .side_output_late_data(LATE)
    .process(MinuteReport(), Types.STRING())
)
report.sink_to(sink("totals")).name("totals")
report.get_side_output(LATE).sink_to(sink("late_orders")).name("late_orders")
env.execute("minute report")
