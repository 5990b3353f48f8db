# trap: output-type-differs
from harbour import nowhere, sql, tables
from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.INT())
def risk(customer_id):
    return customer_id


tables.create_temporary_function("risk", risk)
nowhere("risk INT")
sql("INSERT INTO nowhere SELECT risk(c) FROM (VALUES ('a')) AS orders (c)")
