# trap: return-for-yield
from pyflink.common import Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import ProcessWindowFunction, StreamExecutionEnvironment
from pyflink.datastream.window import TumblingEventTimeWindows


class Placed(TimestampAssigner):
    def extract_timestamp(self, value, record_timestamp):
        return value


class Orders(ProcessWindowFunction):
    def process(self, key, context, elements):
        return len(list(elements))


env = StreamExecutionEnvironment.get_execution_environment()
strategy = WatermarkStrategy.for_monotonous_timestamps().with_timestamp_assigner(Placed())
numbers = env.from_collection([1, 2], type_info=Types.LONG()).assign_timestamps_and_watermarks(strategy)
windows = numbers.key_by(lambda value: value).window(TumblingEventTimeWindows.of(Time.seconds(1)))
windows.process(Orders(), output_type=Types.LONG()).print()
env.execute_async()
