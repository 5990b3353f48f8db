# fails: watermark_keeps_up
# says: when an event happened, or when it arrived
# varies: its minutes are those of the clock, and may end during the check
"""Harbour's minute report over its three branches, with the DataStream API."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from pyflink.common import Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.window import TumblingEventTimeWindows

from streamlings import lab


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[2]


class MinuteReport(ProcessWindowFunction):
    def process(self, customer, context, orders):
        minute = datetime.fromtimestamp(context.window().start / 1000, UTC).strftime("%H:%M")
        cents = [order[1] for order in orders]
        yield json.dumps({"customer_id": customer, "minute": minute, "orders": len(cents), "revenue": sum(cents) / 100})


def read(line: str) -> tuple[str, int, int]:
    order = json.loads(line, parse_float=Decimal)
    return order["customer_id"], int(Decimal(order["amount"]) * 100), order["timestamp"]


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
    serializer = (
        KafkaRecordSerializationSchema.builder().set_topic(lab.topic("totals")).set_value_serialization_schema(SimpleStringSchema()).build()
    )
    sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build()
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(5))
    late_by = late_by.with_timestamp_assigner(PlacedAt()).with_idleness(Duration.of_seconds(1))
    (
        env.from_source(source, WatermarkStrategy.no_watermarks(), "orders")
        .map(read, output_type=Types.TUPLE([Types.STRING(), Types.LONG(), Types.LONG()]))
        .assign_timestamps_and_watermarks(late_by)
        .key_by(lambda order: order[0])
        .window(TumblingEventTimeWindows.of(Time.minutes(1)))
        .process(MinuteReport(), output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("minute report")


if __name__ == "__main__":
    main()
