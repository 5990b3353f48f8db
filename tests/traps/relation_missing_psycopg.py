# trap: relation-missing
import psycopg

from streamlings import lab

psycopg.connect(lab.postgres).execute("SELECT * FROM hourly")
