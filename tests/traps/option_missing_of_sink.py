# trap: option-missing
from harbour import KAFKA, orders, sql

orders("amount INT", KAFKA.replace(", 'format'='json'", ""))
sql("INSERT INTO orders VALUES (1)")
