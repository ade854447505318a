"""The nouns of privlint, one frozen dataclass each; this package imports nothing else of privlint."""
