"""``python -m privlint`` is the command ``privlint``."""

import sys

from privlint.cli import main

sys.exit(main())
