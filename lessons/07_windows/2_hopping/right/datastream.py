"""Harbour's last 15 minutes, every five minutes, with the DataStream API."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from pyflink.common import Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.window import SlidingEventTimeWindows

from streamlings import lab


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[2]


class Recent(ProcessWindowFunction):
    def process(self, customer, context, orders):
        began, ended = (clock(at) for at in (context.window().start, context.window().end))
        cents = [order[1] for order in orders]
        row = {"customer_id": customer, "began": began, "ended": ended, "orders": len(cents), "revenue": sum(cents) / 100}
        yield json.dumps(row)


def clock(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%H:%M")


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
        KafkaRecordSerializationSchema.builder().set_topic(lab.topic("recent")).set_value_serialization_schema(SimpleStringSchema()).build()
    )
    sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build()
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(5)).with_timestamp_assigner(PlacedAt())
    (
        env.from_source(source, WatermarkStrategy.no_watermarks(), "orders")
        .map(read, output_type=Types.TUPLE([Types.STRING(), Types.LONG(), Types.LONG()]))
        .assign_timestamps_and_watermarks(late_by)
        .key_by(lambda order: order[0])
        .window(SlidingEventTimeWindows.of(Time.minutes(15), Time.minutes(5)))
        .process(Recent(), output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("the last 15 minutes")


if __name__ == "__main__":
    main()
