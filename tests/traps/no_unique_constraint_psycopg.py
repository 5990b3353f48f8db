# trap: no-unique-constraint
import psycopg

from streamlings import lab

with psycopg.connect(lab.postgres) as connection:
    connection.execute("CREATE TEMPORARY TABLE hourly (customer_id TEXT)")
    connection.execute("INSERT INTO hourly VALUES ('ada') ON CONFLICT (customer_id) DO NOTHING")
