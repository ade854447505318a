"""The programs of fixtures/programs, under the default rules."""
