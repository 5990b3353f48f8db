# trap: batch-over-a-stream
from harbour import EARLIEST
from pyflink.table import EnvironmentSettings, TableEnvironment

batch = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
batch.execute_sql(f"CREATE TABLE orders (amount INT) WITH ({EARLIEST})")
batch.explain_sql("SELECT * FROM orders")
