# trap: assigner-is-a-function
from pyflink.common import Types, WatermarkStrategy
from pyflink.datastream import StreamExecutionEnvironment

env = StreamExecutionEnvironment.get_execution_environment()
strategy = WatermarkStrategy.for_monotonous_timestamps().with_timestamp_assigner(lambda value, timestamp: value)
env.from_collection([1, 2], type_info=Types.LONG()).assign_timestamps_and_watermarks(strategy)
