# trap: table-not-found
from harbour import plan

plan("SELECT * FROM orders")
