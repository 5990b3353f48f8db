# trap: option-missing
from harbour import plan, sql

sql("CREATE TABLE orders (amount INT)")
plan("SELECT * FROM orders")
