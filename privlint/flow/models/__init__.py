"""What the language and its library do, for code that is not analysed itself."""
