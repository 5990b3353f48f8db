# trap: rank-of-a-stream
from harbour import orders, plan

orders("product STRING, sold INT")
plan("SELECT * FROM (SELECT product, RANK() OVER (ORDER BY sold DESC) AS place FROM orders) WHERE place <= 3")
