# trap: argument-types
from harbour import setting

setting("parallelism.default", 2)
