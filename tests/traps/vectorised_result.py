# trap: vectorised-result
from harbour import nowhere, sql, tables
from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.INT(), func_type="pandas")
def risk(customer_ids):
    return 7


tables.create_temporary_function("risk", risk)
nowhere("risk INT")
sql("INSERT INTO nowhere SELECT risk(c) FROM (VALUES ('a')) AS orders (c)")
