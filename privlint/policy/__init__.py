"""Declared against actual: facts become findings here, one finding code per file in ``checks``."""

from privlint.policy.baseline import Baseline, BaselineError
from privlint.policy.datamap import survey
from privlint.policy.judge import judge
from privlint.policy.ruleinfo import rules

__all__ = ["Baseline", "BaselineError", "judge", "rules", "survey"]
