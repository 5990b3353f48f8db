"""The same with plain functions: the limits travel with the function, and its client is made at its first call."""

import json
from decimal import Decimal
from http.client import HTTPConnection
from zlib import crc32

from pandas import Series
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

from streamlings import lab

DESK = (lab.folder("in") / "fraud_desk.txt").read_text()
KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"


def ask(desk: HTTPConnection, path: str, rows: list | None = None):
    desk.request("POST" if rows else "GET", path, rows and json.dumps(rows))
    return json.load(desk.getresponse())


LIMITS = {country: Decimal(limit) for country, limit in ask(HTTPConnection(DESK), "/limits").items()}


@udf(result_type=DataTypes.BOOLEAN())
def look(order_id, country, amount):
    return crc32(order_id.encode()) % 10 == 0 or amount > LIMITS[country]


CLIENTS: list[HTTPConnection] = []  # none of them exists yet when the function travels


def the_desk() -> HTTPConnection:
    if not CLIENTS:
        CLIENTS.append(HTTPConnection(DESK))
    return CLIENTS[0]


@udf(result_type=DataTypes.INT(), func_type="pandas")
def score(customer_ids, amounts):
    return Series(ask(the_desk(), "/scores", [[customer, float(amount)] for customer, amount in zip(customer_ids, amounts, strict=True)]))


tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.create_temporary_function("look", look)
tables.create_temporary_function("score", score)

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
