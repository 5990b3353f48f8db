# trap: none-in-a-function
from harbour import nowhere, sql, tables
from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.STRING())
def risk(customer_id):
    return customer_id.upper()


tables.create_temporary_function("risk", risk)
nowhere("risk STRING")
sql("INSERT INTO nowhere SELECT risk(c) FROM (VALUES (CAST(NULL AS STRING))) AS orders (c)")
