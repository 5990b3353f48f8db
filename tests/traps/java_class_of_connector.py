# trap: java-class-missing
from pyflink.datastream.connectors.pulsar import PulsarSource

PulsarSource.builder()
