# trap: table-not-found
from harbour import tables

tables.from_path("orders")
