# trap: output-type-missing
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaRecordSerializationSchema, KafkaSink
from pyflink.datastream.formats.json import JsonRowSerializationSchema

from streamlings import lab

rows = JsonRowSerializationSchema.builder().with_type_info(Types.ROW_NAMED(["n"], [Types.LONG()])).build()
values = KafkaRecordSerializationSchema.builder().set_topic("paid").set_value_serialization_schema(rows).build()
sink = KafkaSink.builder().set_bootstrap_servers(lab.kafka).set_record_serializer(values).build()
env = StreamExecutionEnvironment.get_execution_environment()
env.from_collection([1, 2], type_info=Types.LONG()).map(lambda value: {"n": value}).sink_to(sink)
env.execute_async()
