# trap: table-exists
from harbour import tables

for _ in range(2):
    tables.create_temporary_view("paid", tables.sql_query("SELECT 1 AS n"))
