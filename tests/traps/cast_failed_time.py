# trap: cast-failed
from harbour import nowhere, sql

nowhere("placed TIMESTAMP(3)")
sql("INSERT INTO nowhere SELECT CAST(placed AS TIMESTAMP(3)) FROM (VALUES ('2026-01-01T12:00:00Z')) AS orders (placed)")
