# trap: wrong-method
from harbour import orders, tables

orders("order_id STRING")
tables.create_statement_set().add_insert_sql("SELECT * FROM orders")
