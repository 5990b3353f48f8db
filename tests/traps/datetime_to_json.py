# trap: decimal-to-json
import json
from datetime import UTC, datetime

json.dumps({"placed": datetime.now(UTC)})
