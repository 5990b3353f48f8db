"""Harbour's three products of the hour with the DataStream API."""

import json
from collections import Counter
from datetime import UTC, datetime

from pyflink.common import Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.functions import ProcessAllWindowFunction
from pyflink.datastream.window import TumblingEventTimeWindows

from streamlings import lab


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[1]


class TopThree(ProcessAllWindowFunction):
    def process(self, context, orders):
        hour = datetime.fromtimestamp(context.window().start / 1000, UTC).strftime("%H:%M")
        counts = Counter(product for product, _ in orders)
        best = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
        for place, (product, count) in enumerate(best[:3], 1):
            yield json.dumps({"hour": hour, "place": place, "product": product, "orders": count})


def read(line: str) -> tuple[str, int]:
    order = json.loads(line)
    return order["product"], order["timestamp"]


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
        KafkaRecordSerializationSchema.builder().set_topic(lab.topic("top")).set_value_serialization_schema(SimpleStringSchema()).build()
    )
    sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build()
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(5)).with_timestamp_assigner(PlacedAt())
    (
        env.from_source(source, WatermarkStrategy.no_watermarks(), "orders")
        .map(read, output_type=Types.TUPLE([Types.STRING(), Types.LONG()]))
        .assign_timestamps_and_watermarks(late_by)
        .window_all(TumblingEventTimeWindows.of(Time.hours(1)))
        .process(TopThree(), output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("the three products of the hour")


if __name__ == "__main__":
    main()
