# trap: output-type-differs
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment

env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.map(lambda n: n / 2, output_type=Types.LONG()).print()
env.execute_async()
