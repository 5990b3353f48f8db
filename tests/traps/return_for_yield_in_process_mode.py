# trap: return-for-yield
from pyflink.common import Configuration, Types
from pyflink.datastream import ProcessFunction, StreamExecutionEnvironment


class Paid(ProcessFunction):
    def process_element(self, value, context):
        return "paid", 3


mode = Configuration()
mode.set_string("python.execution-mode", "process")
env = StreamExecutionEnvironment.get_execution_environment(mode)
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.process(Paid(), output_type=Types.TUPLE([Types.STRING(), Types.INT()])).print()
env.execute_async()
