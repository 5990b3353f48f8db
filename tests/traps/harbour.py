"""What the programs of this folder share: a table environment, options of Harbour's tables, and messages in topics of their own."""

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
sql, plan, setting = tables.execute_sql, tables.explain_sql, tables.get_config().set

SERVER = f"'properties.bootstrap.servers'='{lab.kafka}'"
KAFKA = f"'connector'='kafka', {SERVER}, 'topic'='{lab.topic('orders')}', 'format'='json'"
EARLIEST = f"{KAFKA}, 'scan.startup.mode'='earliest-offset'"
UPSERT = f"'connector'='upsert-kafka', {SERVER}, 'topic'='{lab.topic('totals')}', 'key.format'='json', 'value.format'='json'"
CONFLUENT = f"'avro-confluent', 'avro-confluent.url'='{lab.registry}'"
ADDRESS = lab.postgres.rsplit("@")[1]
POSTGRES = (
    f"'connector'='jdbc', 'url'='jdbc:postgresql://{ADDRESS}', 'username'='streamlings', 'password'='streamlings',"
    f" 'table-name'='{lab.name('hourly')}', 'sink.max-retries'='0'"
)


def send(*values: bytes, topic: str = "orders") -> None:
    """Make the topic and send these messages to it."""
    admin = AdminClient({"bootstrap.servers": lab.kafka})
    admin.create_topics([NewTopic(lab.topic(topic), 1, 1)])[lab.topic(topic)].result(10)
    producer = Producer({"bootstrap.servers": lab.kafka})
    for value in values:
        producer.produce(lab.topic(topic), value)
    producer.flush()


def orders(columns: str, options: str = EARLIEST) -> None:
    """Declare the table of orders."""
    sql(f"CREATE TABLE orders ({columns}) WITH ({options})")


def nowhere(columns: str) -> None:
    """Declare a sink that keeps nothing."""
    sql(f"CREATE TABLE nowhere ({columns}) WITH ('connector'='blackhole')")


def with_jars(group: str) -> None:
    """Give the job the jars of a group of jars.toml."""
    from streamlings import jars

    setting("pipeline.jars", ";".join(path.as_uri() for path in jars.fetch(group)))


def postgres(statement: str) -> None:
    """Run a statement in PostgreSQL."""
    import psycopg

    with psycopg.connect(lab.postgres, autocommit=True) as connection:
        connection.execute(statement.encode())


def stopped_with_savepoint(statement: str) -> str:
    """Run an INSERT until all of its tasks run, and stop it; where its savepoint lies."""
    from streamlings import wait
    from streamlings.servers.rest import FlinkRest

    rest = FlinkRest(lab.flink)
    job = str(sql(statement).get_job_client().get_job_id())
    wait.until(lambda: all(vertex["status"] == "RUNNING" for vertex in rest.job(job)["vertices"]), deadline_s=30)
    request = rest.ask(f"/jobs/{job}/stop", method="POST", body={"drain": False})["request-id"]
    return wait.until(lambda: rest.ask(f"/jobs/{job}/savepoints/{request}").get("operation"), deadline_s=30)["location"]
