"""privlint: a static-analysis linter for privacy-risky Python code."""

__version__ = "0.1.0"
