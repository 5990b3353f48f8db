"""Harbour's dashboard with the DataStream API: a timer for every minute."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from pyflink.common import Duration, SimpleStringSchema, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import KeyedProcessFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.state import MapStateDescriptor, ValueStateDescriptor

from streamlings import lab

MINUTE, DAY = 60_000, 86_400_000


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[2]


class Today(KeyedProcessFunction):
    """Keeps each minute's orders apart until the watermark has passed it, for later ones may be there already."""

    def open(self, context):
        pair = Types.TUPLE([Types.LONG(), Types.LONG()])
        self.waiting = context.get_map_state(MapStateDescriptor("waiting", Types.LONG(), pair))
        self.total = context.get_state(ValueStateDescriptor("total", pair))

    def process_element(self, order, context):
        minute = order[2] // MINUTE * MINUTE
        orders, cents = self.waiting.get(minute) or (0, 0)
        self.waiting.put(minute, (orders + 1, cents + order[1]))
        context.timer_service().register_event_time_timer(minute + MINUTE - 1)

    def on_timer(self, at, context):
        minute = at + 1 - MINUTE
        orders, cents = self.total.value() or (0, 0)
        if self.waiting.contains(minute):
            more_orders, more_cents = self.waiting.get(minute)
            orders, cents = orders + more_orders, cents + more_cents
            self.waiting.remove(minute)
        yield row_of(context.get_current_key(), minute, orders, cents)
        if (minute + MINUTE) % DAY == 0:
            self.total.clear()
        else:
            self.total.update((orders, cents))
            context.timer_service().register_event_time_timer(at + MINUTE)


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
        .process(Today(), output_type=Types.STRING())
        .sink_to(sink)
    )
    env.execute("the day so far")


if __name__ == "__main__":
    main()
