# trap: output-type-fields
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment

env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.map(lambda n: (n, "paid", 3), output_type=Types.TUPLE([Types.LONG(), Types.STRING()])).print()
env.execute_async()
