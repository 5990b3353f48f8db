"""Harbour's fraud desk: which orders a person should look at, and how suspicious the desk's model finds each of them."""

import json
import random
from decimal import Decimal
from http.client import HTTPConnection

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

from streamlings import lab

DESK = (lab.folder("in") / "fraud_desk.txt").read_text()
KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"


def ask(path: str, rows: list | None = None):
    desk = HTTPConnection(DESK)
    desk.request("POST" if rows else "GET", path, rows and json.dumps(rows))
    return json.load(desk.getresponse())


# TODO: for every order, both functions open a connection and ask; and who is looked at is left to dice.
@udf(result_type=DataTypes.BOOLEAN())
def look(order_id, country, amount):
    return amount > Decimal(ask("/limits")[country]) or random.random() < 0.1


@udf(result_type=DataTypes.INT())
def score(customer_id, amount):
    return ask("/scores", [[customer_id, str(amount)]])[0]


tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.create_temporary_function("look", look)
tables.create_temporary_function("score", score)
options = f"{KAFKA}, 'topic' = '{lab.topic('orders')}', 'scan.startup.mode' = 'earliest-offset'"
tables.execute_sql(f"CREATE TABLE orders (order_id STRING, customer_id STRING, country STRING, amount DECIMAL(10, 2)) WITH ({options})")
tables.execute_sql(f"CREATE TABLE judged (order_id STRING, look BOOLEAN, score INT) WITH ({KAFKA}, 'topic' = '{lab.topic('judged')}')")
tables.execute_sql("INSERT INTO judged SELECT order_id, look(order_id, country, amount), score(customer_id, amount) FROM orders")
