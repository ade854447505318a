"""The language suite: fixtures/lang, run and analysed."""
