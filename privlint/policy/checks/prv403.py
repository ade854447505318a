"""Consent is switched on by default.

## What it does

Finds fields of forms, tables, serializers and request bodies whose name speaks of consent (`marketing_opt_in`,
`newsletter`, `allow_tracking`) and whose default is on: `default=True`, `initial=True`, `= True`, a ticked check box, a
parameter or an option of a command, a look-up that takes silence for yes (`form.get("newsletter", "on")`).

## Why it matters

Consent is an act: who leaves a form as it is has agreed to nothing. What is done on the ground of it is done
without a basis, for everybody who signed up since.

## Example

```python
class SignUp(forms.Form):
    email = forms.EmailField()
    newsletter = forms.BooleanField(initial=True, required=False)
```

Instead:

```python
class SignUp(forms.Form):
    email = forms.EmailField()
    newsletter = forms.BooleanField(required=False)
```

## Confidence

High for fields and for look-ups; medium for parameters, options and mappings, which may be set on the way. Settings
of the program itself (`class Settings`) are left out: they say what the program can do, not what somebody agreed to.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.facts import Preset
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context
from privlint.policy.rule import Rule

RULE = Rule("PRV403", "consent-by-default", "warning", "5.0", "high", ("CWE-1188", "CWE-359"), ("privacy", "consent"))


def check(context: Context) -> Iterable[Finding]:
    """One result for each switch that is on from the start."""
    for preset in context.presets:
        yield Finding(
            code=RULE.code,
            place=preset.site,
            message=_message(context, preset),
            data_types=(),
            sink_kind="collection",
            confidence=preset.confidence,
            severity="",
            function=preset.function,
            sink=preset.name,
        )


def _message(context: Context, preset: Preset) -> str:
    owner = f" of {wording.clean(preset.owner)}" if preset.owner else ""
    return (
        f"consent by {wording.clean(preset.name)}{owner} is switched on by default ({wording.clean(preset.how)}): who "
        f"does nothing has agreed to nothing{context.advice(RULE.code, 'let it begin off')}"
    )
