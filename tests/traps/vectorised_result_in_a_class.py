# trap: vectorised-result
from harbour import nowhere, sql, tables
from pyflink.table import DataTypes
from pyflink.table.udf import ScalarFunction, udf


class Risk(ScalarFunction):
    def eval(self, customer_ids):
        return 7


tables.create_temporary_function("risk", udf(Risk(), result_type=DataTypes.INT(), func_type="pandas"))
nowhere("risk INT")
sql("INSERT INTO nowhere SELECT risk(c) FROM (VALUES ('a')) AS orders (c)")
