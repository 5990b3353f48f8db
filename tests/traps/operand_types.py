# trap: operand-types
from harbour import orders, plan

orders("happened BIGINT, placed TIMESTAMP(3)")
plan("SELECT * FROM orders WHERE placed > happened")
