"""Harbour's minute report, in two versions. Run it and version 1 runs; run it again and version 2 takes over."""

import json
import threading
from datetime import UTC, datetime
from decimal import Decimal
from urllib.request import Request, urlopen

from pyflink.common import Configuration, Duration, SimpleStringSchema, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import KeyedProcessFunction, ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaRecordSerializationSchema, KafkaSink, KafkaSource
from pyflink.datastream.state import StateTtlConfig, ValueStateDescriptor
from pyflink.datastream.window import TumblingEventTimeWindows

from streamlings import lab

JOB = {version: lab.name(f"minute report {version}") for version in (1, 2)}
ORDER = Types.TUPLE([Types.STRING(), Types.STRING(), Types.LONG(), Types.LONG()])  # order_id, customer_id, cents, timestamp


class PlacedAt(TimestampAssigner):
    def extract_timestamp(self, order, record_timestamp: int) -> int:
        return order[3]


class FirstOfEach(KeyedProcessFunction):
    """Lets the first of all messages about an order pass."""

    def open(self, context):
        seen = ValueStateDescriptor("seen", Types.BOOLEAN())
        seen.enable_time_to_live(StateTtlConfig.new_builder(Time.days(1)).build())  # else the id of each order stays for ever
        self.seen = context.get_state(seen)

    def process_element(self, order, context):
        if not self.seen.value():
            self.seen.update(True)
            yield order


class MinuteReport(ProcessWindowFunction):
    def __init__(self, version: int):
        self.version = version

    def process(self, customer, context, orders):
        cents = [order[2] for order in orders]
        minute = datetime.fromtimestamp(context.window().start / 1000, UTC).strftime("%H:%M")
        row = {"customer_id": customer, "minute": minute, "orders": len(cents)}
        if self.version == 2:
            row["revenue"] = sum(cents) / 100
        yield json.dumps(row)


def read(line: str) -> tuple[str, str, int, int]:
    order = json.loads(line, parse_float=Decimal)
    return order["order_id"], order["customer_id"], int(order["amount"] * 100), order["timestamp"]


# --8<-- [start:uids]
def submit(version: int, savepoint: str | None = None) -> None:
    """Start a version of the report: from a savepoint where one is given, else with no state, from the beginning of the topic."""
    settings = Configuration()
    if savepoint:
        settings.set_string("execution.state-recovery.path", savepoint)
    env = StreamExecutionEnvironment.get_execution_environment(settings)
    env.set_parallelism(version)
    late_by = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(5)).with_timestamp_assigner(PlacedAt())
    messages = env.from_source(source(), WatermarkStrategy.no_watermarks(), "orders").uid("orders")
    orders = messages.map(read, ORDER).assign_timestamps_and_watermarks(late_by)
    if version == 2:
        orders = orders.key_by(lambda order: order[0]).process(FirstOfEach(), ORDER).uid("first of each")
    (
        orders.key_by(lambda order: order[1])
        .window(TumblingEventTimeWindows.of(Time.minutes(1)))
        .process(MinuteReport(version), Types.STRING())
        .uid("minutes")
        .sink_to(sink())
        .uid("totals")
    )
    env.execute_async(JOB[version])


# --8<-- [end:uids]


def source() -> KafkaSource:
    return (
        KafkaSource.builder()
        .set_bootstrap_servers(lab.kafka)
        .set_topics(lab.topic("orders"))
        .set_starting_offsets(KafkaOffsetsInitializer.earliest())
        .set_value_only_deserializer(SimpleStringSchema())
        .build()
    )


def sink() -> KafkaSink:
    text = SimpleStringSchema()
    serializer = KafkaRecordSerializationSchema.builder().set_topic(lab.topic("totals")).set_value_serialization_schema(text).build()
    builder = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer)
    return builder.set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE).build()


def ask(method: str, path: str, body: dict | None = None) -> dict:
    """What Flink's REST API answers."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"http://{lab.flink}{path}", data, {"Content-Type": "application/json"}, method=method)) as answer:
        return json.loads(answer.read() or "{}")


def until(observe, deadline_s: float = 60):
    """What `observe` answers, asked ten times a second until that is something. SystemExit after the deadline."""
    for _ in range(round(deadline_s * 10)):
        if seen := observe():
            return seen
        threading.Event().wait(0.1)
    raise SystemExit(f"Flink has not answered within {deadline_s:g} s")


def running(version: int) -> str | None:
    """The id of the job that runs a version, None where none does."""
    jobs = ask("GET", "/jobs/overview")["jobs"]
    return next((job["jid"] for job in jobs if job["name"] == JOB[version] and job["state"] == "RUNNING"), None)


# --8<-- [start:stop]
def stop_with_savepoint(job: str) -> str:
    """End a job between two records, with its minutes left open (`drain` would end them); where its state and its positions lie then."""
    folder = lab.folder("savepoints").as_uri()
    request = ask("POST", f"/jobs/{job}/stop", {"targetDirectory": folder})["request-id"]
    operation = until(lambda: ask("GET", f"/jobs/{job}/savepoints/{request}").get("operation"))
    if "location" not in operation:
        raise SystemExit(f"no savepoint: {operation['failure-cause']['class']}; see the job's exceptions on Flink's page")
    return operation["location"]


def take_over(job: str) -> None:
    """Version 2 in place of the job that runs version 1."""
    submit(2, savepoint=stop_with_savepoint(job))


# --8<-- [end:stop]


def main() -> None:
    if job := running(1):
        take_over(job)
    elif running(2):
        raise SystemExit("version 2 runs already")
    else:
        submit(1)


if __name__ == "__main__":
    main()
