import sys

from streamlings.cli import main

sys.exit(main())
