# trap: output-type-differs
from pyflink.common import Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import StreamExecutionEnvironment


class Placed(TimestampAssigner):
    def extract_timestamp(self, value, record_timestamp):
        return value / 1000


env = StreamExecutionEnvironment.get_execution_environment()
strategy = WatermarkStrategy.for_monotonous_timestamps().with_timestamp_assigner(Placed())
env.from_collection([1, 2], type_info=Types.LONG()).assign_timestamps_and_watermarks(strategy).print()
env.execute_async()
