"""One finding code a file; a module's docstring is the code's documentation (``privlint rule PRV301``)."""
