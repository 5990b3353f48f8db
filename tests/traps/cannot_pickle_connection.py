# trap: cannot-pickle
import psycopg
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment

from streamlings import lab

connection = psycopg.connect(lab.postgres)
env = StreamExecutionEnvironment.get_execution_environment()
numbers = env.from_collection([1, 2], type_info=Types.LONG())
numbers.map(lambda n: connection.execute("SELECT 1").fetchone()[0], output_type=Types.LONG())
