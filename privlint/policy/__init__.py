"""Declared against actual: facts become findings here, one finding code per file in ``checks``."""

from privlint.policy.baseline import Baseline, BaselineError
from privlint.policy.changes import compare
from privlint.policy.judge import judge
from privlint.policy.merging import survey_parts
from privlint.policy.parts import judge_parts
from privlint.policy.ruleinfo import rules

__all__ = ["Baseline", "BaselineError", "compare", "judge", "judge_parts", "rules", "survey_parts"]
