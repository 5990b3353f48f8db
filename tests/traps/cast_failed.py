# trap: cast-failed
from harbour import nowhere, sql

nowhere("amount INT")
sql("INSERT INTO nowhere SELECT CAST(amount AS INT) FROM (VALUES ('12,50')) AS orders (amount)")
