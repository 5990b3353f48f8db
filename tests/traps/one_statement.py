# trap: one-statement
from harbour import EARLIEST, KAFKA, sql

sql(f"CREATE TABLE orders (order_id STRING) WITH ({EARLIEST}); CREATE TABLE paid (order_id STRING) WITH ({KAFKA})")
