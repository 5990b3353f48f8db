# fails: connections_are_kept
# says: Where can a client be made that outlives it
# varies: in how many batches the orders come
"""Harbour's fraud desk: which orders a person should look at, and how suspicious the desk's model finds each of them."""

import json
from decimal import Decimal
from http.client import HTTPConnection
from zlib import crc32

from pandas import DataFrame, Series
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
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
    def eval(self, customer_ids: Series, amounts: Series) -> Series:
        rows = DataFrame({"customer_id": customer_ids, "amount": amounts.astype(str)})
        return Series(ask(HTTPConnection(DESK), "/scores", rows.to_numpy().tolist()))


tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.create_temporary_function("look", udf(Look(), result_type=DataTypes.BOOLEAN()))
tables.create_temporary_function("score", udf(Score(), result_type=DataTypes.INT(), func_type="pandas"))

tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, country STRING, amount DECIMAL(10, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE judged (order_id STRING, look BOOLEAN, score INT) WITH ({KAFKA}, 'topic' = '{lab.topic("judged")}')
""")
tables.execute_sql("""
    INSERT INTO judged
    SELECT order_id, look(order_id, country, amount), score(customer_id, amount) FROM orders
""")
