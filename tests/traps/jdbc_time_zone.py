# trap: jdbc-time-zone
from harbour import POSTGRES, orders, postgres, sql, with_jars

from streamlings import lab

with_jars("jdbc")
postgres(f"CREATE TABLE {lab.name('hourly')} (placed TIMESTAMPTZ)")
orders("placed TIMESTAMP_LTZ(3)", POSTGRES)
sql("INSERT INTO orders SELECT CURRENT_TIMESTAMP")
