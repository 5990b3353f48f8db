# fails: totals_go_on
# says: which part of the sum did the checkpoint not hold
"""Harbour's running totals with the DataStream API."""

import json
from decimal import Decimal

from pyflink.common import SimpleStringSchema, Types, WatermarkStrategy
from pyflink.datastream import KeyedProcessFunction, RuntimeContext, StreamExecutionEnvironment
from pyflink.datastream.connectors import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource

from streamlings import lab


class RunningTotal(KeyedProcessFunction):
    """Counts a customer's orders and adds up what they cost, in cents."""

    def open(self, context: RuntimeContext) -> None:
        self.totals = {}

    def process_element(self, order, context):
        count, cents = self.totals.get(order[0], (0, 0))
        count, cents = count + 1, cents + order[1]
        self.totals[order[0]] = (count, cents)
        yield json.dumps({"customer_id": order[0], "orders": count, "revenue": cents / 100})


def read(line: str) -> tuple[str, int]:
    order = json.loads(line, parse_float=Decimal)
    return order["customer_id"], int(Decimal(order["amount"]) * 100)


def main() -> None:
    env = StreamExecutionEnvironment.get_execution_environment()
    env.enable_checkpointing(500)
    source = (
        KafkaSource.builder()
        .set_bootstrap_servers(lab.kafka)
        .set_topics(lab.topic("orders"))
        .set_starting_offsets(KafkaOffsetsInitializer.earliest())
        .set_value_only_deserializer(SimpleStringSchema())
        .build()
    )
    sink = (
        KafkaSink.builder()
        .set_bootstrap_servers(lab.kafka)
        .set_record_serializer(
            KafkaRecordSerializationSchema.builder()
            .set_topic(lab.topic("totals"))
            .set_value_serialization_schema(SimpleStringSchema())
            .build()
        )
        .set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .build()
    )
    pair = Types.TUPLE([Types.STRING(), Types.LONG()])
    orders = env.from_source(source, WatermarkStrategy.no_watermarks(), "orders").map(read, output_type=pair)
    orders.key_by(lambda order: order[0]).process(RunningTotal(), output_type=Types.STRING()).sink_to(sink)
    env.execute("running totals")


if __name__ == "__main__":
    main()
