"""SARIF 2.1.0, built of sarif-om's objects and within the limits of GitHub code scanning.

``log`` makes the run, ``rules`` the rule table, ``cwe`` the taxonomy, ``results`` the results, ``places`` locations and
regions, ``plain`` turns the objects into JSON values.
"""
