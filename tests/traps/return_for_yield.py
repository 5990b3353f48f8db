# trap: return-for-yield
from pyflink.common import Types
from pyflink.datastream import ProcessFunction, StreamExecutionEnvironment


class Twice(ProcessFunction):
    def process_element(self, value, context):
        return 2 * value


env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.process(Twice(), output_type=Types.LONG()).print()
env.execute_async()
