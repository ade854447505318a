"""Tests of privlint as it is installed and run by others."""
