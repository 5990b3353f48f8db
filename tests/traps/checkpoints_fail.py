# trap: checkpoints-fail
from harbour import nowhere, orders, send, setting, sql, tables
from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.INT())
def slow(amount):
    from threading import Event

    Event().wait(2)  # such as a service that takes long to answer
    return amount


tables.create_temporary_function("slow", slow)
send(b'{"amount": 1}')
setting("execution.checkpointing.interval", "100 ms")
setting("execution.checkpointing.timeout", "200 ms")
orders("amount INT")
nowhere("amount INT")
sql("INSERT INTO nowhere SELECT slow(amount) FROM orders")
