# trap: source-incomplete
from pyflink.common import SimpleStringSchema
from pyflink.datastream.connectors.kafka import KafkaSource

from streamlings import lab

KafkaSource.builder().set_bootstrap_servers(lab.kafka).set_value_only_deserializer(SimpleStringSchema()).build()
