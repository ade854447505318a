"""Tests of privlint.cli."""
