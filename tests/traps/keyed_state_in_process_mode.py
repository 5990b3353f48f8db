# trap: keyed-state
from pyflink.common import Configuration, Types
from pyflink.datastream import ProcessFunction, StreamExecutionEnvironment
from pyflink.datastream.state import ValueStateDescriptor


class Counts(ProcessFunction):
    def open(self, context):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, value, context):
        yield value


mode = Configuration()
mode.set_string("python.execution-mode", "process")
env = StreamExecutionEnvironment.get_execution_environment(mode)
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.process(Counts(), output_type=Types.LONG()).print()
env.execute_async()
