# trap: avro-time-type
from harbour import CONFLUENT, EARLIEST, orders, plan

orders("placed TIMESTAMP_LTZ(3)", EARLIEST.replace("'json'", CONFLUENT))
plan("SELECT * FROM orders")
