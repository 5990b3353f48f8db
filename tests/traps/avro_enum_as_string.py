# trap: avro-type-differs
from avro_order import read_as

read_as("status STRING")
