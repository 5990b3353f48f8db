"""Harbour's visits with the DataStream API."""

import json
from datetime import UTC, datetime

from pyflink.common import Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.window import EventTimeSessionWindows

from streamlings import lab


class ClickedAt(TimestampAssigner):
    def extract_timestamp(self, click, record_timestamp: int) -> int:
        return click[1]


class Visit(ProcessWindowFunction):
    def process(self, customer, context, clicks):
        times = [at for _, at in clicks]
        yield json.dumps({"customer_id": customer, "began": clock(min(times)), "last_click": clock(max(times)), "clicks": len(times)})


def clock(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%H:%M:%S")


def read(line: str) -> tuple[str, int]:
    click = json.loads(line)
    return click["customer_id"], click["timestamp"]


def main() -> None:
    env = StreamExecutionEnvironment.get_execution_environment()
    source = (
        KafkaSource.builder()
        .set_bootstrap_servers(lab.kafka)
        .set_topics(lab.topic("clicks"))
        .set_starting_offsets(KafkaOffsetsInitializer.earliest())
        .set_value_only_deserializer(SimpleStringSchema())
        .build()
    )
    serializer = (
        KafkaRecordSerializationSchema.builder().set_topic(lab.topic("visits")).set_value_serialization_schema(SimpleStringSchema()).build()
    )
    sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build()
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(60)).with_timestamp_assigner(ClickedAt())
    (
        env.from_source(source, WatermarkStrategy.no_watermarks(), "clicks")
        .map(read, output_type=Types.TUPLE([Types.STRING(), Types.LONG()]))
        .assign_timestamps_and_watermarks(late_by)
        .key_by(lambda click: click[0])
        .window(EventTimeSessionWindows.with_gap(Time.minutes(30)))
        .process(Visit(), output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("visits")


if __name__ == "__main__":
    main()
