# trap: key-by-missing
from pyflink.common import Time, Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.window import TumblingEventTimeWindows

env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.window(TumblingEventTimeWindows.of(Time.seconds(1)))
