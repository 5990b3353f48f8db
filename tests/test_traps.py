"""Every entry of traps.toml, reproduced for real on the pinned versions: the message is Flink's or Kafka's own, not one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from streamlings import traps
from streamlings.servers import native
from streamlings.servers.state import LabState
from streamlings.worker import pool
from streamlings.worker.program import PlainProgram, Program, WorkerProgram

pytestmark = pytest.mark.slow

BEGIN = """\
from pyflink.table import EnvironmentSettings, TableEnvironment
from streamlings import lab
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
KAFKA = f"'connector'='kafka', 'properties.bootstrap.servers'='{lab.kafka}', 'topic'='x', 'format'='json'"
EARLIEST = "'scan.startup.mode'='earliest-offset'"
UPSERT = KAFKA.replace("'kafka'", "'upsert-kafka'").replace("'format'", "'value.format'") + ", 'key.format'='json'"
"""
ORDERS = 'tables.execute_sql(f"CREATE TABLE orders (customer STRING, amount INT, placed TIMESTAMP(3)) WITH ({KAFKA}, {EARLIEST})")\n'
TOTALS = 'tables.execute_sql(f"CREATE TABLE totals (customer STRING, amount INT) WITH ({KAFKA})")\n'
TUMBLE = "SELECT customer, SUM(amount) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed), INTERVAL '1' HOUR))"

PROGRAMS = {
    "Encountered": BEGIN + 'tables.execute_sql(f"CREATE TABLE orders (timestamp BIGINT) WITH ({KAFKA})")\n',
    "Encountered, in a query": BEGIN + "tables.explain_sql('SELECT timestamp FROM orders')\n",
    "time attribute": BEGIN + ORDERS + f'tables.explain_sql("{TUMBLE} GROUP BY customer, window_start, window_end")\n',
    "update changes": BEGIN
    + ORDERS
    + TOTALS
    + 'tables.execute_sql("INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer")\n',
    "Cannot apply": BEGIN
    + "tables.execute_sql(f\"CREATE TABLE o (ts BIGINT, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ({KAFKA}, {EARLIEST})\")\n",
    "any factory": BEGIN
    + "tables.execute_sql(\"CREATE TABLE o (n INT) WITH ('connector'='kafak')\")\ntables.explain_sql('SELECT * FROM o')\n",
    "Queue full": "from confluent_kafka import Producer\n"
    "producer = Producer({'bootstrap.servers': '127.0.0.1:1', 'log_level': 0})\n"
    "while True:\n    producer.produce('orders', b'x')\n",
    "upsert-kafka": BEGIN + 'tables.execute_sql(f"CREATE TABLE o (n INT) WITH ({UPSERT})")\ntables.explain_sql("SELECT * FROM o")\n',
    "group.id": BEGIN
    + 'tables.execute_sql(f"CREATE TABLE o (n INT) WITH ({KAFKA})")\n'
    + "tables.execute_sql(\"CREATE TABLE nowhere (n INT) WITH ('connector'='blackhole')\")\n"
    + 'tables.execute_sql("INSERT INTO nowhere SELECT n FROM o").wait()\n',
    "KeyedStream": """\
from pyflink.common import Types
from pyflink.datastream import ProcessFunction, StreamExecutionEnvironment
from pyflink.datastream.state import ValueStateDescriptor


class Counts(ProcessFunction):
    def open(self, context):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, value, context):
        self.count.update((self.count.value() or 0) + 1)
        yield value


env = StreamExecutionEnvironment.get_execution_environment()
env.from_collection([1, 2], type_info=Types.LONG()).process(Counts(), output_type=Types.LONG()).print()
env.execute()
""",
    "upsert key that differs": BEGIN
    + ORDERS.replace("placed TIMESTAMP(3)", "placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
    + 'tables.execute_sql(f"CREATE TABLE totals (customer STRING, amount INT, PRIMARY KEY (customer) NOT ENFORCED) WITH ({UPSERT})")\n'
    + f'tables.execute_sql("INSERT INTO totals {TUMBLE} GROUP BY customer, window_start, window_end")\n',
}


@pytest.fixture(scope="module")
def lab(lab_state: Path) -> Iterator[LabState]:
    yield native.up(needs={"kafka", "flink"})


def said(lab: LabState, file: Path) -> str:
    """What the program prints before it ends."""
    env = {"STREAMLINGS_PREFIX": "", "STREAMLINGS_KAFKA": lab.kafka, "STREAMLINGS_FLINK": lab.flink}
    program: Program
    if "pyflink" not in file.read_text():
        program = PlainProgram(file, env, file.parent)
        assert program.until_ended(60)
        program.kill()
        return program.output.text()
    worker = pool.take(lab.flink)
    program = WorkerProgram(file, env, file.parent, port=worker.port, token=worker.token, pid=worker.process.pid)
    if program.until_ended(60) and program.release():
        pool.give_back(worker)
    else:
        pool.discard(worker)
    return program.output.text()


def test_every_entry_is_reproduced() -> None:
    for pattern, _ in traps.known():
        assert [words for words in PROGRAMS if words.split(",")[0] in pattern.pattern], f"no program in PROGRAMS for {pattern.pattern}"


@pytest.mark.parametrize("words", PROGRAMS)
def test_it_is_really_said(lab: LabState, tmp_path: Path, words: str) -> None:
    file = tmp_path / "program.py"
    file.write_text(PROGRAMS[words])
    text = said(lab, file)
    [trap] = [trap for pattern, trap in traps.known() if words.split(",")[0] in pattern.pattern]
    found = traps.recognise(text)
    assert found is not None and found.means == trap.means, text
