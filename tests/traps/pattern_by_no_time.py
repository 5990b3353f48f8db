# trap: pattern-without-time
from harbour import orders, plan

orders("card STRING, amount INT, placed TIMESTAMP(3)")
plan(
    "SELECT * FROM orders "
    "MATCH_RECOGNIZE (PARTITION BY card ORDER BY placed MEASURES A.amount AS charged PATTERN (A B) DEFINE A AS A.amount < 5)"
)
