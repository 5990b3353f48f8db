# trap: savepoint-from-pyflink
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment

env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.print()
env.execute_async().trigger_savepoint("file:///tmp/savepoints")
