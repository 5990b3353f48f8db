# trap: registry-client
from confluent_kafka.schema_registry.avro import AvroSerializer

print(AvroSerializer)
