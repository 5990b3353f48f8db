# fails: they_agree
# says: the sum of all its updates
# varies: two jobs run side by side, and how far each has got is luck
"""What has each customer paid? Asked once, over all orders that are there, and all the time, while orders come."""

from pyflink.common import Row, RowKind, Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import EnvironmentSettings, StreamTableEnvironment, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}'"
QUESTION = "SELECT customer_id, CAST(SUM(amount) AS DECIMAL(14, 2)) AS revenue FROM orders WHERE status = 'PAID' GROUP BY customer_id"


def declare(tables: TableEnvironment, answer: str, *, bound: str = "") -> None:
    tables.execute_sql(f"""
        CREATE TABLE orders (customer_id STRING, amount DECIMAL(10, 2), status STRING)
        WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("orders")}', 'format' = 'json',
              'scan.startup.mode' = 'earliest-offset' {bound})
    """)
    tables.execute_sql(f"""
        CREATE TABLE revenue (customer_id STRING, revenue DECIMAL(14, 2), PRIMARY KEY (customer_id) NOT ENFORCED)
        WITH ({KAFKA}, 'connector' = 'upsert-kafka', 'topic' = '{lab.topic(answer)}', 'key.format' = 'json', 'value.format' = 'json')
    """)


nightly = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
declare(nightly, "revenue_nightly", bound=", 'scan.bounded.mode' = 'latest-offset'")
nightly.execute_sql(f"INSERT INTO revenue {QUESTION}")

live = StreamTableEnvironment.create(StreamExecutionEnvironment.get_execution_environment())
declare(live, "revenue_live")
changes = live.to_changelog_stream(live.sql_query(QUESTION))
paid = changes.flat_map(
    lambda row: [] if row.get_row_kind() == RowKind.UPDATE_BEFORE else [Row(row[0], str(row[1]))],
    Types.ROW_NAMED(["customer_id", "revenue"], [Types.STRING(), Types.STRING()]),
)
live.create_temporary_view("paid", live.from_data_stream(paid))
live.execute_sql("INSERT INTO revenue SELECT customer_id, SUM(CAST(revenue AS DECIMAL(14, 2))) FROM paid GROUP BY customer_id")
