"""The command line: ``privlint check`` and its sisters.

Commands parse options and print; everything else is the engine's.  Heavy libraries (LibCST, YAML, SARIF) are
imported inside the commands that need them, so that ``privlint --help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 nothing to report, 1 findings, 2 it could not be done.

    ``argv`` are the arguments without the program's name (default: those of the process).
    """
    from privlint.cli.app import run

    return run(list(sys.argv[1:] if argv is None else argv))
