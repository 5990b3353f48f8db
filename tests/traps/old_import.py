# trap: old-import
from pyflink.datastream import TimeCharacteristic

print(TimeCharacteristic.EventTime)
