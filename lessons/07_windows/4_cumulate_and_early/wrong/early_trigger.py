# fails: each_minute_has_its_row
# says: what had come by the time it fired
# varies: at which watermarks it fires
"""Harbour's dashboard with the DataStream API: a window of a day with an early trigger."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from pyflink.common import Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.window import ContinuousEventTimeTrigger, TumblingEventTimeWindows

from streamlings import lab

MINUTE = 60_000


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[2]


class SoFar(ProcessWindowFunction):
    def process(self, customer, context, orders):
        now = min(context.current_watermark(), context.window().max_timestamp())
        cents = [order[1] for order in orders]
        yield row_of(customer, (now + 1) // MINUTE * MINUTE - MINUTE, len(cents), sum(cents))


def row_of(customer: str, minute_ms: int, orders: int, cents: int) -> str:
    minute = datetime.fromtimestamp(minute_ms / 1000, UTC)
    names = {"customer_id": customer, "day": minute.strftime("%Y-%m-%d"), "minute": minute.strftime("%H:%M")}
    return json.dumps(names | {"orders": orders, "revenue": cents / 100})


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
        KafkaRecordSerializationSchema.builder().set_topic(lab.topic("today")).set_value_serialization_schema(SimpleStringSchema()).build()
    )
    sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build()
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(5)).with_timestamp_assigner(PlacedAt())
    (
        env.from_source(source, WatermarkStrategy.no_watermarks(), "orders")
        .map(read, output_type=Types.TUPLE([Types.STRING(), Types.LONG(), Types.LONG()]))
        .assign_timestamps_and_watermarks(late_by)
        .key_by(lambda order: order[0])
        .window(TumblingEventTimeWindows.of(Time.days(1)))
        .trigger(ContinuousEventTimeTrigger.of(Time.minutes(1)))
        .process(SoFar(), output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("the day so far")


if __name__ == "__main__":
    main()
