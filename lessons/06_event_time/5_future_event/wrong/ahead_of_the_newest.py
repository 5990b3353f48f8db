# fails: quiet_night_is_no_wrong_clock
# says: with the orders before it
"""Harbour's minute report with the DataStream API: what is set aside never reaches the watermark."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from pyflink.common import Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import OutputTag, ProcessFunction, ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.window import TumblingEventTimeWindows

from streamlings import lab

ORDER = Types.TUPLE([Types.STRING(), Types.LONG(), Types.LONG()])
SUSPICIOUS = OutputTag("suspicious", Types.STRING())


class SetAside(ProcessFunction):
    """Orders that were placed more than 2 s after Kafka got them go to the side, and those an hour ahead of the newest one."""

    def open(self, context):
        self.newest = None

    def process_element(self, line, context):
        order = json.loads(line, parse_float=Decimal)
        too_far = self.newest is not None and order["timestamp"] > self.newest + 3_600_000
        if too_far or order["timestamp"] > context.timestamp() + 2_000:
            yield SUSPICIOUS, line
        else:
            self.newest = max(order["timestamp"], self.newest or 0)
            yield order["customer_id"], int(Decimal(order["amount"]) * 100), order["timestamp"]


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[2]


class MinuteReport(ProcessWindowFunction):
    def process(self, customer, context, orders):
        minute = datetime.fromtimestamp(context.window().start / 1000, UTC).strftime("%H:%M")
        cents = [order[1] for order in orders]
        yield json.dumps({"customer_id": customer, "minute": minute, "orders": len(cents), "revenue": sum(cents) / 100})


def sink(topic: str) -> KafkaSink:
    schema = KafkaRecordSerializationSchema.builder().set_topic(lab.topic(topic)).set_value_serialization_schema(SimpleStringSchema())
    return KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(schema.build()).build()


def main() -> None:
    env = StreamExecutionEnvironment.get_execution_environment()
    source = (
        KafkaSource.builder()
        .set_bootstrap_servers(lab.kafka)
        .set_topics(lab.topic("orders"))
        .set_starting_offsets(KafkaOffsetsInitializer.earliest())
        .set_value_only_deserializer(SimpleStringSchema())
        .build()
    )
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(5)).with_timestamp_assigner(PlacedAt())
    orders = env.from_source(source, WatermarkStrategy.no_watermarks(), "orders").process(SetAside(), output_type=ORDER)
    orders.get_side_output(SUSPICIOUS).sink_to(sink("suspicious")).name("suspicious")
    (
        orders.assign_timestamps_and_watermarks(late_by)
        .key_by(lambda order: order[0])
        .window(TumblingEventTimeWindows.of(Time.minutes(1)))
        .process(MinuteReport(), output_type=Types.STRING())
        .sink_to(sink("totals"))
        .name("totals")
    )
    env.execute("minute report")


if __name__ == "__main__":
    main()
