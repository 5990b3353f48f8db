"""Fails a task while the JobManager has something to say to it (a new partition to read), until Flink has recorded that its message was
lost; prints the last cause of what it has recorded each time, and of what `root_exception` answers, each cause once."""

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab, wait
from streamlings.servers.rest import FlinkRest
from streamlings.stage.stuck import root_cause

FLINK = FlinkRest(lab.flink)
ADMIN = AdminClient({"bootstrap.servers": lab.kafka})
PRODUCER = Producer({"bootstrap.servers": lab.kafka})
ROUNDS = 20
"""The message comes too late or too early now and then, on a busy machine more often: some rounds prove nothing."""


def causes(topic: str) -> tuple[str, str]:
    """The last cause of the failure as Flink has recorded it, and as `root_exception` tells it, of one job that is made to fail."""
    send(topic, b'{"ms": 1}')
    job = submit(topic)
    assert wait.until(lambda: reads(job), deadline_s=60)
    send(topic, b"no number")
    ADMIN.create_partitions([NewPartitions(topic, 2)])[topic].result()  # while the task, failed, closes its consumer for half a second
    assert wait.until(lambda: FLINK.job(job)["state"] == "FAILED", deadline_s=60)
    recorded = FLINK.ask(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"][0]["stacktrace"]
    return last_cause(recorded), last_cause(FLINK.root_exception(job))


def submit(topic: str) -> str:
    """The job of a query that reads numbers, and looks for new partitions all the time."""
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.execute_sql(f"""
        CREATE TABLE orders (ms BIGINT)
        WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{topic}', 'format' = 'json',
              'scan.startup.mode' = 'earliest-offset', 'scan.topic-partition-discovery.interval' = '20 ms')
    """)
    tables.execute_sql("CREATE TABLE seen (ms BIGINT) WITH ('connector' = 'print')")
    return str(tables.execute_sql("INSERT INTO seen SELECT ms FROM orders").get_job_client().get_job_id())


def reads(job: str) -> bool:
    """Whether it has read a number."""
    return any(vertex["metrics"]["read-records"] + vertex["metrics"]["write-records"] for vertex in FLINK.job(job)["vertices"])


def send(topic: str, value: bytes) -> None:
    PRODUCER.produce(topic, value)
    PRODUCER.flush(30)


def last_cause(stacktrace: str) -> str:
    return root_cause(stacktrace).split(":")[0].rpartition(".")[2]


recorded, told = set(), set()
for n in range(ROUNDS):
    one, other = causes(lab.topic(f"event_is_lost_{n}"))
    recorded.add(one)
    told.add(other)
    if one == "TaskNotRunningException":
        break
print("recorded:", *sorted(recorded - {"JsonParseException"}))
print("told:", *sorted(told))
