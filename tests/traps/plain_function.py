# trap: plain-function
from harbour import tables


def risk(customer_id):
    return len(customer_id)


tables.create_temporary_function("risk", risk)
