# trap: topic-exists
from clients import topic

topic()
topic()
