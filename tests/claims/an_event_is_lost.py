"""Fails a task while the JobManager has something to say to it (a new partition to read), and prints what Flink has recorded of that, and
what `root_exception` answers: the last cause of both."""

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab, wait
from streamlings.servers.rest import FlinkRest
from streamlings.stage.stuck import root_cause

FLINK = FlinkRest(lab.flink)
TOPIC = lab.topic("event_is_lost")
ADMIN = AdminClient({"bootstrap.servers": lab.kafka})
PRODUCER = Producer({"bootstrap.servers": lab.kafka})


def submit() -> str:
    """The job of a query that reads numbers, and looks for new partitions all the time."""
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.execute_sql(f"""
        CREATE TABLE orders (ms BIGINT)
        WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{TOPIC}', 'format' = 'json',
              'scan.startup.mode' = 'earliest-offset', 'scan.topic-partition-discovery.interval' = '20 ms')
    """)
    tables.execute_sql("CREATE TABLE seen (ms BIGINT) WITH ('connector' = 'print')")
    return str(tables.execute_sql("INSERT INTO seen SELECT ms FROM orders").get_job_client().get_job_id())


def reads(job: str) -> bool:
    """Whether it has read a number."""
    return any(vertex["metrics"]["read-records"] + vertex["metrics"]["write-records"] for vertex in FLINK.job(job)["vertices"])


def send(value: bytes) -> None:
    PRODUCER.produce(TOPIC, value)
    PRODUCER.flush(30)


send(b'{"ms": 1}')
job = submit()
assert wait.until(lambda: reads(job), deadline_s=60)
send(b"no number")
ADMIN.create_partitions([NewPartitions(TOPIC, 2)])[TOPIC].result()  # while the task, failed, closes its consumer for half a second
assert wait.until(lambda: FLINK.job(job)["state"] == "FAILED", deadline_s=60)
recorded = FLINK.ask(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"][0]["stacktrace"]
print(*(root_cause(said).split(":")[0].rpartition(".")[2] for said in (recorded, FLINK.root_exception(job))))
