# trap: cannot-pickle
from harbour import tables
from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.STRING())
def risk(customer_id):
    return str(tables)


tables.create_temporary_function("risk", risk)
