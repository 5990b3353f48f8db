# trap: avro-time-type
from harbour import CONFLUENT, EARLIEST, orders, plan

orders("placed TIMESTAMP(6)", EARLIEST.replace("'json'", CONFLUENT))
plan("SELECT * FROM orders")
