"""The same with the DataStream API: what is not clean leaves through a side output."""

import json
from decimal import Decimal, InvalidOperation

from pyflink.common import SimpleStringSchema, Types, WatermarkStrategy
from pyflink.datastream import OutputTag, ProcessFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource

from streamlings import lab

BAD = OutputTag("bad", Types.STRING())
ZONES = {"DE": "home", "AT": "union", "FR": "union", "NL": "union", "CH": "customs", "GB": "customs"}


class Route(ProcessFunction):
    def process_element(self, message, context):
        try:
            order = json.loads(message)
        except ValueError:
            order = None
        if isinstance(order, dict) and order.get("status") == "TEST":
            return
        reason = why_bad(order)
        if reason:
            yield BAD, json.dumps({"reason": reason, "message": message})
        else:
            row = {"order_id": order["order_id"], "customer_id": order["customer_id"], "zone": ZONES[order["country"]]}
            yield json.dumps(row)[:-1] + f', "amount": {Decimal(order["amount"])}}}'


def why_bad(order) -> str:
    if not isinstance(order, dict):
        return "not_json"
    if not order.get("order_id") or not order.get("customer_id"):
        return "no_id"
    try:
        if not Decimal(order.get("amount") or "") > 0:
            return "bad_amount"
    except InvalidOperation:
        return "bad_amount"
    return "" if order.get("country") in ZONES else "unknown_country"


def sink(topic: str) -> KafkaSink:
    text = SimpleStringSchema()
    serializer = KafkaRecordSerializationSchema.builder().set_topic(lab.topic(topic)).set_value_serialization_schema(text).build()
    return KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build()


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
    clean = env.from_source(source, WatermarkStrategy.no_watermarks(), "orders").process(Route(), output_type=Types.STRING())
    clean.sink_to(sink("clean_orders")).name("clean_orders")
    clean.get_side_output(BAD).sink_to(sink("bad_orders")).name("bad_orders")
    env.execute("clean and route")


if __name__ == "__main__":
    main()
