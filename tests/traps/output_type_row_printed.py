# trap: output-type-row
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment

env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.map(lambda n: {"n": n}, output_type=Types.ROW_NAMED(["n"], [Types.LONG()])).print()
env.execute_async()
