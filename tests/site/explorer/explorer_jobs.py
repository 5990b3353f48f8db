"""A scenario as two Flink jobs over the same topic: a window query of Flink SQL, and windows of DataStream.

SQL's window functions know no allowed lateness, and DataStream no cumulating windows: then there is only the other job. Both read through a
table whose watermark comes with each event, so that nothing depends on when it is made.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import cloudpickle
from explorer_scenarios import Scenario
from pyflink.common import Configuration, SimpleStringSchema, Time, Types
from pyflink.datastream import OutputTag, ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink
from pyflink.datastream.window import EventTimeSessionWindows, SlidingEventTimeWindows, TumblingEventTimeWindows
from pyflink.table import StreamTableEnvironment

from streamlings import lab

LATE = OutputTag("late", Types.STRING())
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the TaskManager cannot import this file


class Contents(ProcessWindowFunction):  # type: ignore[misc]
    """What a window holds when it fires: customer, bounds (epoch ms), ids of its events."""

    def process(self, customer: str, context: Any, messages: Any) -> Any:
        window, ids = context.window(), sorted(json.loads(message)["id"] for message in messages)
        yield json.dumps({"customer": customer, "start": window.start, "end": window.end, "ids": ids})


def tables_of(scenario: Scenario, topic: str, idle_ms: int) -> tuple[StreamExecutionEnvironment, StreamTableEnvironment]:
    """An environment in which the table `orders` reads the topic. `idle_ms`: the idle timeout by the machine's clock, 0 for none."""
    settings = Configuration()
    settings.set_string("execution.checkpointing.tolerable-failed-checkpoints", "1000000")  # see explorer_watched.MERGING
    env = StreamExecutionEnvironment.get_execution_environment(settings)
    env.set_parallelism(1)
    tables = StreamTableEnvironment.create(env)
    tables.get_config().set("table.optimizer.agg-phase-strategy", "ONE_PHASE")  # what is late is counted when it comes
    message = "JSON_VALUE(message, '$.{}')"
    idle = f"'scan.watermark.idle-timeout' = '{idle_ms} ms'," if idle_ms else ""
    tables.execute_sql(f"""
        CREATE TABLE orders (
            message STRING,
            id AS {message.format("id")},
            customer AS {message.format("customer")},
            placed AS TO_TIMESTAMP_LTZ(CAST({message.format("ms")} AS BIGINT), 3),
            WATERMARK FOR placed AS placed - INTERVAL '{scenario["settings"]["delay"]}' SECOND
        ) WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{topic}', 'format' = 'raw',
                'scan.startup.mode' = 'earliest-offset', {idle} 'scan.watermark.emit.strategy' = 'on-event')
    """)
    return env, tables


def submit_sql(scenario: Scenario, topic: str, windows: str, idle_ms: int) -> str:
    """Start the query; the id of its job. It writes {customer, start, end (text, UTC), ids (one text)}."""
    s = scenario["settings"]
    seconds = {name: f"INTERVAL '{s[name]}' SECOND" for name in ("size", "slide", "gap")}
    window = {
        "tumbling": f"TUMBLE(TABLE orders, DESCRIPTOR(placed), {seconds['size']})",
        "hopping": f"HOP(TABLE orders, DESCRIPTOR(placed), {seconds['slide']}, {seconds['size']})",
        "cumulating": f"CUMULATE(TABLE orders, DESCRIPTOR(placed), {seconds['slide']}, {seconds['size']})",
        "session": f"SESSION(TABLE orders PARTITION BY customer, DESCRIPTOR(placed), {seconds['gap']})",
    }[s["kind"]]
    _, tables = tables_of(scenario, topic, idle_ms)
    tables.execute_sql(f"""
        CREATE TABLE windows (customer STRING, `start` STRING, `end` STRING, ids STRING)
        WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{windows}', 'format' = 'json')
    """)
    result = tables.execute_sql(f"""
        INSERT INTO windows
        SELECT customer, CAST(window_start AS STRING), CAST(window_end AS STRING), LISTAGG(id)
        FROM TABLE({window}) GROUP BY customer, window_start, window_end
    """)
    return str(result.get_job_client().get_job_id())


def submit_datastream(scenario: Scenario, topic: str, windows: str, late: str, idle_ms: int) -> str:
    """Start the program; the id of its job. It writes {customer, start, end (epoch ms), ids}, and late messages to `late`."""
    s = scenario["settings"]
    assigner = {
        "tumbling": lambda: TumblingEventTimeWindows.of(Time.seconds(s["size"])),
        "hopping": lambda: SlidingEventTimeWindows.of(Time.seconds(s["size"]), Time.seconds(s["slide"])),
        "session": lambda: EventTimeSessionWindows.with_gap(Time.seconds(s["gap"])),
    }[s["kind"]]()
    env, tables = tables_of(scenario, topic, idle_ms)
    messages = tables.to_data_stream(tables.from_path("orders")).map(lambda order: order[0], Types.STRING())
    contents = (
        messages.key_by(lambda message: json.loads(message)["customer"])
        .window(assigner)
        .allowed_lateness(s["lateness"] * 1000)
        .side_output_late_data(LATE)
        .process(Contents(), Types.STRING())
    )
    contents.sink_to(_sink(windows)).name("windows")
    contents.get_side_output(LATE).sink_to(_sink(late)).name("late")
    return str(env.execute_async(f"explorer {scenario['name']}").get_job_id())


def _sink(topic: str) -> KafkaSink:
    serializer = KafkaRecordSerializationSchema.builder().set_topic(topic).set_value_serialization_schema(SimpleStringSchema()).build()
    builder = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer)
    return builder.set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE).build()
