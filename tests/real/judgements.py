"""What a person says of drawn findings: ``judgements.yml``, which no script writes.

```yaml
pretix:
  0123456789abcdef0123456789abcdef:1: {verdict: true, why: "the address of the form ends up in the warning"}
```

``verdict`` says whether the finding is true: personal data of the named type really arrives where the finding says.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from tests.real.apps import HERE


class JudgementError(ValueError):
    """``judgements.yml`` does not have the form above."""


class Judgement(NamedTuple):
    """One verdict, and the reason for it."""

    verdict: bool
    why: str


Judgements = dict[tuple[str, str], Judgement]  # by application and fingerprint


def parse(text: str) -> Judgements:
    """Read judgements; raises :class:`JudgementError` for a verdict without a reason and everything else unknown."""
    document = yaml.safe_load(text)
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise JudgementError("a mapping of applications is expected")
    judged: Judgements = {}
    for app, entries in document.items():
        if not isinstance(entries, dict):
            raise JudgementError(f"{app}: a mapping of fingerprints is expected")
        for fingerprint, entry in entries.items():
            judged[str(app), str(fingerprint)] = one(f"{app}: {fingerprint}", entry)
    return judged


def one(where: str, entry: object) -> Judgement:
    """One entry as a value."""
    if not isinstance(entry, dict) or set(entry) != {"verdict", "why"}:
        raise JudgementError(f"{where}: verdict and why are expected, and nothing else")
    verdict, why = entry["verdict"], entry["why"]
    if not isinstance(verdict, bool) or not isinstance(why, str) or not why.strip():
        raise JudgementError(f"{where}: verdict is true or false, why is a sentence")
    return Judgement(verdict, " ".join(why.split()))


def load(path: Path = HERE / "judgements.yml") -> Judgements:
    """Read the file; no file, no judgements."""
    return parse(path.read_text(encoding="utf-8")) if path.is_file() else {}
