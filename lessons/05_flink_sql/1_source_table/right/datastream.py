"""Harbour's order log with the DataStream API: what cannot be read raises, and so stops the job."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from pyflink.common import Duration, SimpleStringSchema, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource

from streamlings import lab


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[1]


def read(line: str) -> tuple[str, int]:
    order = json.loads(line, parse_float=Decimal)
    placed = datetime.fromtimestamp(order["timestamp"] // 1000, UTC)
    row = {name: order[name] for name in ("order_id", "customer_id", "status")}
    row |= {"amount": float(Decimal(order["amount"])), "placed_at": f"{placed:%Y-%m-%d %H:%M:%S}.{order['timestamp'] % 1000:03}"}
    return json.dumps(row), order["timestamp"]


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
    text = SimpleStringSchema()
    serializer = KafkaRecordSerializationSchema.builder().set_topic(lab.topic("order_log")).set_value_serialization_schema(text).build()
    sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build()
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(5)).with_timestamp_assigner(PlacedAt())
    (
        env.from_source(source, WatermarkStrategy.no_watermarks(), "orders")
        .map(read, output_type=Types.TUPLE([Types.STRING(), Types.LONG()]))
        .assign_timestamps_and_watermarks(late_by)
        .map(lambda row: row[0], output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("order log")


if __name__ == "__main__":
    main()
