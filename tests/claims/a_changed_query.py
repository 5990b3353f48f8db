"""Stops a query with a savepoint, lets others begin with it, and prints what becomes of each: its state, and its row for ada."""

import json

from confluent_kafka import Producer
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab, wait
from streamlings.servers.rest import FlinkRest
from streamlings.stage.records import read_all

FLINK = FlinkRest(lab.flink)
COUNT = "customer_id, COUNT(*)"
CHANGED = {
    "the same": COUNT,
    "one more column": f"{COUNT}, SUM(amount)",
    "cents for orders": "customer_id, SUM(CAST(amount * 100 AS BIGINT))",
}
ORDER = {"customer_id": "ada", "amount": 2.5, "status": "PAID"}


def tables(savepoint: str) -> TableEnvironment:
    made = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    if savepoint:
        made.get_config().set("execution.state-recovery.path", savepoint)
    made.execute_sql(f"""
        CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2), status STRING)
        WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = '{lab.topic("changed_query_orders")}',
              'format' = 'json', 'scan.startup.mode' = 'earliest-offset')
    """)
    return made


def submit(name: str, query: str, savepoint: str = "") -> str:
    """The job that writes what a query says to a topic of that name; once all of its tasks run, or it has failed."""
    made = tables(savepoint)
    columns = "customer_id STRING, told BIGINT" + ", revenue DECIMAL(38, 2)" * ("SUM(amount)" in query)
    made.execute_sql(f"""
        CREATE TABLE answers ({columns}, PRIMARY KEY (customer_id) NOT ENFORCED)
        WITH ('connector' = 'upsert-kafka', 'properties.bootstrap.servers' = '{lab.kafka}',
              'topic' = '{lab.topic(f"changed_query_{name}")}', 'key.format' = 'json', 'value.format' = 'json')
    """)
    job = str(made.execute_sql(f"INSERT INTO answers SELECT {query} FROM orders GROUP BY customer_id").get_job_client().get_job_id())
    wait.until(lambda: FLINK.job(job)["state"] == "FAILED" or runs(job), deadline_s=60)
    return job


def runs(job: str) -> bool:
    return all(vertex["status"] == "RUNNING" for vertex in FLINK.job(job)["vertices"])


def send() -> None:
    producer = Producer({"bootstrap.servers": lab.kafka})
    producer.produce(lab.topic("changed_query_orders"), json.dumps(ORDER).encode())
    producer.flush(30)


def told(name: str) -> object:
    """The newest row for ada that lies in a topic."""
    rows = [record.row() for record in read_all(lab.kafka, lab.topic(f"changed_query_{name}"), 1, isolation="read_committed")]
    return (rows[-1] or {}).get("told") if rows else None


send()
job = submit("first", COUNT)
wait.until(lambda: told("first") == 1, deadline_s=60)
request = FLINK.ask(f"/jobs/{job}/stop", method="POST", body={"drain": False})["request-id"]
operation = wait.until(lambda: FLINK.ask(f"/jobs/{job}/savepoints/{request}").get("operation"), deadline_s=60)
assert operation, "no savepoint"
jobs = {name: submit(name.replace(" ", "_"), query, operation["location"]) for name, query in CHANGED.items()}
send()
for name, job in jobs.items():
    if runs(job):
        row = wait.until(lambda name=name: told(name.replace(" ", "_")), deadline_s=60)
        print(f"{name}: {FLINK.job(job)['state']}, {row}")
        FLINK.cancel(job)
    else:
        print(f"{name}: {FLINK.job(job)['state']}, {'StateMigrationException' * ('StateMigrationException' in FLINK.root_exception(job))}")
