# trap: versions-without-key
from harbour import EARLIEST, orders, plan, sql

orders("currency STRING, placed TIMESTAMP(3), WATERMARK FOR placed AS placed")
rates = "currency STRING, rate INT, since TIMESTAMP(3), WATERMARK FOR since AS since"
sql(f"CREATE TABLE rates ({rates}) WITH ({EARLIEST})")
plan("SELECT r.rate FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.placed AS r ON o.currency = r.currency")
