"""The suites of ``fixtures/findings``."""
