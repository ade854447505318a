"""What guards the ways to sinks: consent checks, access controls, audit records.

A pass of its own over the IR, after the interpreter, for the sinks that personal data reaches.  ``bodies`` reads a
function's ops, ``recognise`` tells safeguards by name, ``held`` finds what holds at an op, ``calls`` who calls whom,
``entries`` where the program is entered, ``ways`` puts them together, ``many`` tells data of many people.
"""

from __future__ import annotations

from privlint.flow.safeguards.complete import complete

__all__ = ["complete"]
