# trap: jar-address
from harbour import setting

setting("pipeline.jars", "flink-sql-parquet.jar")
