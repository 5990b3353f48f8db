# trap: null-in-a-key
from harbour import nowhere, sql

nowhere("customer_id STRING NOT NULL")
sql("INSERT INTO nowhere SELECT CAST(NULL AS STRING)")
