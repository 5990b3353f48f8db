# trap: pattern-without-time
from harbour import orders, plan

orders("card STRING, amount INT, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
plan("SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY card MEASURES A.amount AS charged PATTERN (A B) DEFINE A AS A.amount < 5)")
