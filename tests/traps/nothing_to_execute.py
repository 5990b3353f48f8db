# trap: nothing-to-execute
from harbour import tables

tables.create_statement_set().execute()
