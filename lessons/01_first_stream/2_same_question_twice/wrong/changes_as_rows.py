# fails: one_row_a_customer
# says: it was replaced by a row of somebody else
# varies: two jobs run side by side, and how far each has got is luck
"""What has each customer paid? Asked once, over all orders that are there, and all the time, while orders come."""

import json

from pyflink.common import Types
from pyflink.common.serialization import SimpleStringSchema
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink
from pyflink.table import EnvironmentSettings, StreamTableEnvironment, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}', 'connector' = 'kafka', 'format' = 'json'"
QUESTION = "SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2)) AS revenue FROM orders WHERE status = 'PAID' GROUP BY customer_id"


def orders(bound: str = "") -> str:
    return f"""
        CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2), status STRING)
        WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset' {bound})
    """


nightly = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
nightly.execute_sql(orders(bound=", 'scan.bounded.mode' = 'latest-offset'"))
nightly.execute_sql(f"""
    CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2)) WITH ({KAFKA}, 'topic' = '{lab.topic("revenue_nightly")}')
""")
nightly.execute_sql(f"INSERT INTO revenue {QUESTION}")

# A plain Kafka table takes no updates, so they are written as what they look like: rows.
environment = StreamExecutionEnvironment.get_execution_environment()
live = StreamTableEnvironment.create(environment)
live.execute_sql(orders())
rows = live.to_changelog_stream(live.sql_query(QUESTION)).map(
    lambda row: json.dumps({"customer_id": row[0], "revenue": float(row[1])}), Types.STRING()
)
serializer = (
    KafkaRecordSerializationSchema.builder()
    .set_topic(lab.topic("revenue_live"))
    .set_value_serialization_schema(SimpleStringSchema())
    .build()
)
rows.sink_to(KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(serializer).build())
environment.execute("revenue, live")
