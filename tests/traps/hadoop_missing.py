# trap: hadoop-missing
from pyflink.datastream.formats.parquet import ParquetBulkWriters
from pyflink.table import DataTypes

ParquetBulkWriters.for_row_type(DataTypes.ROW([DataTypes.FIELD("amount", DataTypes.INT())]))
