"""Harbour's minute report with the DataStream API alone; a window keeps a sum and not its orders."""

import json
from datetime import UTC, datetime

from pyflink.common import Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import AggregateFunction, OutputTag, ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.window import TumblingEventTimeWindows

from streamlings import lab

LATE = OutputTag("late", Types.STRING())


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, message, record_timestamp: int) -> int:
        return json.loads(message)["timestamp"]


class CountAndCents(AggregateFunction):
    def create_accumulator(self):
        return 0, 0

    def add(self, message, total):
        return total[0] + 1, total[1] + round(json.loads(message)["amount"] * 100)

    def get_result(self, total):
        return total

    def merge(self, one, other):
        return one[0] + other[0], one[1] + other[1]


class Report(ProcessWindowFunction):
    def process(self, customer, context, totals):
        minute = datetime.fromtimestamp(context.window().start / 1000, UTC).strftime("%H:%M")
        for count, cents in totals:
            yield json.dumps({"customer_id": customer, "minute": minute, "orders": count, "revenue": cents / 100})


def sink(topic: str) -> KafkaSink:
    text = SimpleStringSchema()
    serializer = KafkaRecordSerializationSchema.builder().set_topic(lab.topic(topic)).set_value_serialization_schema(text).build()
    builder = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer)
    return builder.set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE).build()


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
    report = (
        env.from_source(source, WatermarkStrategy.no_watermarks(), "orders")
        .assign_timestamps_and_watermarks(late_by)
        .key_by(lambda message: json.loads(message)["customer_id"])
        .window(TumblingEventTimeWindows.of(Time.minutes(1)))
        .allowed_lateness(60_000)
        .side_output_late_data(LATE)
        .aggregate(CountAndCents(), Report(), Types.TUPLE([Types.LONG(), Types.LONG()]), Types.STRING())
    )
    report.sink_to(sink("totals")).name("totals")
    report.get_side_output(LATE).sink_to(sink("late_orders")).name("late_orders")
    env.execute("minute report")


if __name__ == "__main__":
    main()
