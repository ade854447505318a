"""Tests over the sample applications."""
