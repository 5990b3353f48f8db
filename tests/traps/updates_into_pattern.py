# trap: updates-into-operator
from harbour import UPSERT, orders, plan

orders("card STRING, amount INT, placed TIMESTAMP(3), WATERMARK FOR placed AS placed, PRIMARY KEY (card) NOT ENFORCED", UPSERT)
plan(
    "SELECT * FROM orders "
    "MATCH_RECOGNIZE (PARTITION BY card ORDER BY placed MEASURES A.amount AS charged PATTERN (A B) DEFINE A AS A.amount < 5)"
)
