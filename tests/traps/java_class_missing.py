# trap: java-class-missing
from pyflink.common import SimpleStringSchema
from pyflink.datastream.connectors.kafka import FlinkKafkaConsumer

from streamlings import lab

FlinkKafkaConsumer("orders", SimpleStringSchema(), {"bootstrap.servers": lab.kafka})
