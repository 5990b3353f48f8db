# trap: avro-field-required
from avro_order import read_as

read_as("currency STRING NOT NULL")
