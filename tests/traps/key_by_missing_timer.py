# trap: key-by-missing
from pyflink.common import Types
from pyflink.datastream import ProcessFunction, StreamExecutionEnvironment


class Unpaid(ProcessFunction):
    def process_element(self, value, context):
        context.timer_service().register_event_time_timer(60_000)
        yield value


env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.process(Unpaid(), output_type=Types.LONG()).print()
env.execute_async()
