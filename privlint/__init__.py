"""privlint: a static-analysis linter for privacy-risky Python code."""

import os

__version__ = "0.1.0"


def rules_folder() -> str:
    """The folder of privlint's own rule packs: inside an installed wheel, else of the checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(package, "_rules")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "rules")
