"""Harbour's visits with the DataStream API, timers in place of windows."""

import json
from datetime import UTC, datetime

from pyflink.common import Duration, SimpleStringSchema, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import KeyedProcessFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.state import MapStateDescriptor, ValueStateDescriptor

from streamlings import lab

GAP_MS = 30 * 60_000


class ClickedAt(TimestampAssigner):
    def extract_timestamp(self, click, record_timestamp: int) -> int:
        return click[1]


class Visits(KeyedProcessFunction):
    """Takes clicks in the order of their times: each waits until the watermark has passed it."""

    def open(self, context):
        self.waiting = context.get_map_state(MapStateDescriptor("waiting", Types.LONG(), Types.LONG()))
        self.visit = context.get_state(ValueStateDescriptor("visit", Types.TUPLE([Types.LONG(), Types.LONG(), Types.LONG()])))

    def process_element(self, click, context):
        at = click[1]
        self.waiting.put(at, (self.waiting.get(at) or 0) + 1)
        context.timer_service().register_event_time_timer(at)

    def on_timer(self, at, context):
        visit = self.visit.value()
        if visit is not None and at >= visit[1] + GAP_MS:
            began, last, clicks = visit
            row = {"customer_id": context.get_current_key(), "began": clock(began), "last_click": clock(last), "clicks": clicks}
            yield json.dumps(row)
            self.visit.clear()
            visit = None
        if self.waiting.contains(at):
            began, _, clicks = visit or (at, at, 0)
            self.visit.update((began, at, clicks + self.waiting.get(at)))
            self.waiting.remove(at)
            context.timer_service().register_event_time_timer(at + GAP_MS)


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
        .process(Visits(), output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("visits")


if __name__ == "__main__":
    main()
