"""``RESULTS.md``: what the runs measured and what the judgements say.  Every figure in it is computed here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tests.real.draw import Drawn
from tests.real.judgements import Judgements
from tests.real.measure import JOBS, Run

NOT_JUDGED = "not judged yet"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell(value) for value in line) + " |\n" for line in lines)


def cell(value: object) -> str:
    """A value as a table's cell: one line, with nothing in it that Markdown would take for its own."""
    text = " ".join(str(value).split())
    return text if re.fullmatch(r"-{3,}:?", text) else re.sub(r"([|\\`*<>\[\]])", r"\\\1", text)


def render(runs: Sequence[Run], drawn: Sequence[Drawn], judged: Judgements, seed: str, machine: str) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# privlint on real applications",
            "",
            "Written by `make real` (`tests/real/run.py`): do not edit. The applications are the wheels pinned in",
            "`apps.toml`, without a declaration; the verdicts are a person's, from `judgements.yml`.",
            "",
            "## Runs",
            "",
            f"{machine}; `--jobs {JOBS} --no-cache`. Memory is the peak of the largest process.",
            "",
            measures(runs),
            crashes(runs),
            "",
            "## Findings by code",
            "",
            codes(runs),
            "## Judgement",
            "",
            *judgement(drawn, judged, seed),
        ]
    )


def measures(runs: Sequence[Run]) -> str:
    """Size, time and memory of each run."""
    head = ["application", "what", "version", "files", "lines", "seconds", "lines a second", "MiB", "findings"]
    head += ["exit status"]
    rows = [
        [
            run.app.name,
            run.app.about,
            run.app.version,
            run.files,
            run.lines,
            f"{run.seconds:.1f}",
            f"{run.lines / run.seconds:.0f}" if run.seconds else "",
            f"{run.mebibytes:.0f}",
            len(run.findings),
            "not finished" if run.status < 0 else run.status,
        ]
        for run in runs
    ]
    return table(head, rows)


def crashes(runs: Sequence[Run]) -> str:
    """One sentence: which runs failed, and how many files could not be parsed."""
    failed = [run.app.name for run in runs if run.crashed]
    unparsed = sum(run.by_code["PRV001"] for run in runs)
    outcome = f"Failed: {', '.join(failed)}." if failed else "No run failed."
    return f"{outcome} Files that could not be parsed (PRV001): {unparsed}."


def codes(runs: Sequence[Run]) -> str:
    """How many findings of each code each application has, and of each confidence."""
    seen = sorted({code for run in runs for code in run.by_code})
    rows: list[list[object]] = [[code, *(run.by_code[code] for run in runs)] for code in seen]
    rows = [[*row, sum(int(str(number)) for number in row[1:])] for row in rows]
    for level in ("high", "medium", "low"):
        counts = [sum(finding["properties"]["confidence"] == level for finding in run.findings) for run in runs]
        rows.append([f"of {level} confidence", *counts, sum(counts)])
    return table(["code", *(run.app.name for run in runs), "all"], rows)


def judgement(drawn: Sequence[Drawn], judged: Judgements, seed: str) -> list[str]:
    """The verdicts on the drawn findings: how many are true, by code and confidence, and each one."""
    verdicts = [judged.get((one.app, one.fingerprint)) for one in drawn]
    known = [verdict for verdict in verdicts if verdict is not None]
    true = sum(verdict.verdict for verdict in known)
    share = f" ({true / len(known):.0%})" if known else ""
    lines = [
        f"{len(drawn)} findings drawn with the seed `{seed}` (`draw.py` says how). "
        f"Judged: {len(known)} of {len(drawn)}; true: {true}{share}; false: {len(known) - true}.",
        "",
    ]
    for title, key in (("code", code_of), ("confidence", confidence_of)):
        totals: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for one, verdict in zip(drawn, verdicts, strict=True):
            if verdict is not None:
                totals[key(one)] += 1
                right[key(one)] += verdict.verdict
        if totals:
            rows = [[name, totals[name], right[name], totals[name] - right[name]] for name in sorted(totals)]
            lines += [table([title, "judged", "true", "false"], rows)]
    rows = []
    for number, (one, verdict) in enumerate(zip(drawn, verdicts, strict=True), start=1):
        said = NOT_JUDGED if verdict is None else "true" if verdict.verdict else "false"
        data = ", ".join(one.finding["properties"]["dataTypes"])
        rows.append(
            [number, one.app, one.place, code_of(one), data, confidence_of(one), said, verdict.why if verdict else ""]
        )
    return [*lines, table(["", "application", "place", "code", "data", "confidence", "verdict", "why"], rows)]


def code_of(one: Drawn) -> str:
    """The finding's code."""
    return str(one.finding["code"])


def confidence_of(one: Drawn) -> str:
    """The finding's confidence."""
    return str(one.finding["properties"]["confidence"])
