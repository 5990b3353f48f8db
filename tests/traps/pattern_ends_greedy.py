# trap: pattern-ends-greedy
from harbour import orders, plan

orders("card STRING, amount INT, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
plan(
    "SELECT * FROM orders "
    "MATCH_RECOGNIZE (PARTITION BY card ORDER BY placed MEASURES A.amount AS charged PATTERN (B A+) DEFINE A AS A.amount < 5)"
)
