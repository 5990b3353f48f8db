"""The same with the Table API, all Python in a process of its own, and smaller bundles that wait for less."""

import json
from decimal import Decimal
from http.client import HTTPConnection
from zlib import crc32

from pandas import DataFrame, Series
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.expressions import call, col
from pyflink.table.udf import ScalarFunction, udf

from streamlings import lab

DESK = (lab.folder("in") / "fraud_desk.txt").read_text()
KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"


def ask(desk: HTTPConnection, path: str, rows: list | None = None):
    desk.request("POST" if rows else "GET", path, rows and json.dumps(rows))
    return json.load(desk.getresponse())


class Look(ScalarFunction):
    def open(self, function_context):
        self.limits = {country: Decimal(limit) for country, limit in ask(HTTPConnection(DESK), "/limits").items()}

    def eval(self, order_id, country, amount):
        return amount > self.limits[country] or crc32(order_id.encode()) % 10 == 0


class Score(ScalarFunction):
    def open(self, function_context):
        self.desk = HTTPConnection(DESK)

    def eval(self, customer_ids: Series, amounts: Series) -> Series:
        rows = DataFrame({"customer_id": customer_ids, "amount": amounts.astype(str)})
        return Series(ask(self.desk, "/scores", rows.to_numpy().tolist()))


tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.get_config().set("python.execution-mode", "process")
tables.get_config().set("python.fn-execution.bundle.size", "200")
tables.get_config().set("python.fn-execution.bundle.time", "200")
tables.create_temporary_function("look", udf(Look(), result_type=DataTypes.BOOLEAN()))
tables.create_temporary_function("score", udf(Score(), result_type=DataTypes.INT(), func_type="pandas"))

tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, country STRING, amount DECIMAL(10, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE judged (order_id STRING, look BOOLEAN, score INT) WITH ({KAFKA}, 'topic' = '{lab.topic("judged")}')
""")
judged = tables.from_path("orders").select(
    col("order_id"),
    call("look", col("order_id"), col("country"), col("amount")),
    call("score", col("customer_id"), col("amount")),
)
judged.execute_insert("judged").wait()
