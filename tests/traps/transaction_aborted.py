# trap: transaction-aborted
import psycopg

from streamlings import lab

connection = psycopg.connect(lab.postgres)
try:
    connection.execute("SELECT * FROM hourly")
except psycopg.Error:
    print("never mind")
connection.execute("SELECT 1")
