# trap: source-incomplete
from pyflink.datastream.connectors.kafka import KafkaSource

from streamlings import lab

KafkaSource.builder().set_bootstrap_servers(lab.kafka).set_topics("orders").build()
