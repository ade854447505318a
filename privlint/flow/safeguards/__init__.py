"""What guards the ways to sinks: consent checks, access controls, audit records.

A pass of its own over the IR, after the interpreter, for the sinks that personal data reaches. ``bodies`` reads a
function's ops, ``recognise`` tells safeguards by name, ``held`` finds what holds at an op (``elements``: for each
element of a list), ``calls`` who calls whom, ``declared`` what decorators and classes make sure of, ``entries`` where
the program is entered, ``middleware`` what holds for all pages, ``selecting`` what queries ask of their rows, ``ways``
puts them together, ``many`` and ``queries`` tell data of many people. Beside them stands what no flow tells:
``presets``, ``decisions``, ``storage`` and ``statements``.
"""

from __future__ import annotations

from privlint.flow.safeguards.complete import complete

__all__ = ["complete"]
