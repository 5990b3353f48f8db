# trap: record-too-large
from harbour import KAFKA, orders, send, sql

send()
orders("note STRING", KAFKA)
sql("INSERT INTO orders SELECT REPEAT('x', 2000000)")
