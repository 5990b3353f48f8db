# trap: cannot-pickle
from confluent_kafka import Producer
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment

producer = Producer({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.map(lambda n: producer.produce("orders", str(n)), output_type=Types.LONG())
