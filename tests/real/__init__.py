"""privlint on real applications: fetch them, run over them, draw findings, keep what a person says of each."""
