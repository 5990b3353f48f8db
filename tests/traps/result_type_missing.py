# trap: result-type-missing
from harbour import tables
from pyflink.table.udf import udf


@udf()
def risk(customer_id):
    return len(customer_id)


tables.create_temporary_function("risk", risk)
