"""Harbour's minute report without windows: a total for each customer and minute in keyed state, and two timers."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from pyflink.common import SimpleStringSchema, Types
from pyflink.datastream import KeyedProcessFunction, OutputTag, RuntimeContext, StreamExecutionEnvironment
from pyflink.datastream.connectors import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink
from pyflink.datastream.state import ValueStateDescriptor
from pyflink.table import StreamTableEnvironment

from streamlings import lab

LATE = OutputTag("late", Types.STRING())
MINUTE = 60_000


class MinuteReport(KeyedProcessFunction):
    """Reports a minute when it ends, again with each order that comes within a minute after that, and then forgets it."""

    def open(self, context: RuntimeContext) -> None:
        self.total = context.get_state(ValueStateDescriptor("total", Types.TUPLE([Types.LONG(), Types.LONG()])))

    def process_element(self, message, context):
        last = context.get_current_key()[1] + MINUTE - 1
        watermark = context.timer_service().current_watermark()
        if watermark >= last + MINUTE:
            yield LATE, message
            return
        count, cents = self.total.value() or (0, 0)
        self.total.update((count + 1, cents + int(Decimal(str(json.loads(message)["amount"])) * 100)))
        context.timer_service().register_event_time_timer(last + MINUTE)
        if watermark >= last:
            yield self.row(context.get_current_key())
        else:
            context.timer_service().register_event_time_timer(last)

    def on_timer(self, timestamp: int, context):
        if timestamp == context.get_current_key()[1] + MINUTE - 1:
            yield self.row(context.get_current_key())
        else:
            self.total.clear()

    def row(self, key) -> str:
        count, cents = self.total.value()
        minute = datetime.fromtimestamp(key[1] / 1000, UTC).strftime("%H:%M")
        return json.dumps({"customer_id": key[0], "minute": minute, "orders": count, "revenue": cents / 100})


def customer_and_minute(message: str) -> tuple[str, int]:
    order = json.loads(message)
    return order["customer_id"], order["timestamp"] // MINUTE * MINUTE


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
report = messages.key_by(customer_and_minute, Types.TUPLE([Types.STRING(), Types.LONG()])).process(MinuteReport(), Types.STRING())
report.sink_to(sink("totals")).name("totals")
report.get_side_output(LATE).sink_to(sink("late_orders")).name("late_orders")
env.execute("minute report")
