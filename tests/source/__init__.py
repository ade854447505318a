"""Tests of privlint.source."""
