# trap: transaction-prefix
from pyflink.common import SimpleStringSchema
from pyflink.datastream.connectors.base import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink

from streamlings import lab

values = KafkaRecordSerializationSchema.builder().set_topic("totals").set_value_serialization_schema(SimpleStringSchema()).build()
sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(values)
sink.set_delivery_guarantee(DeliveryGuarantee.EXACTLY_ONCE).build()
