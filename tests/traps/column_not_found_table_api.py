# trap: column-not-found
from harbour import orders, tables
from pyflink.table.expressions import col

orders("customer STRING")
tables.from_path("orders").select(col("customer_id"))
