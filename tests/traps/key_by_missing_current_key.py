# trap: key-by-missing
from pyflink.common import Types
from pyflink.datastream import KeyedProcessFunction, StreamExecutionEnvironment


class Keys(KeyedProcessFunction):
    def process_element(self, value, context):
        yield context.get_current_key()


env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.process(Keys(), output_type=Types.LONG()).print()
env.execute_async()
