# trap: file-system
from harbour import orders, sql

orders("n INT", "'connector'='filesystem', 'path'='s3://orders', 'format'='json'")
sql("INSERT INTO orders VALUES (1)")
