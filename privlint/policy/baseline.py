"""The findings of one day, written down, so that only new ones fail from then on.

A finding is known again by what it is, not by where it stands: code, path, function, data types, recipient and
sink, and how many such there are.  Lines may move; a further finding of the same kind in the same function is new.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from privlint.model.report import Result

_VERSION = 1
_MAX_BYTES = 64 * 1024 * 1024


class BaselineError(Exception):
    """A baseline file that cannot be used; ``path`` and ``message`` say which and why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Baseline:
    """Known findings by fingerprint, with how many of each there are."""

    def __init__(self, counts: Counter[str], entries: Sequence[dict[str, Any]] = ()) -> None:
        self._counts = counts
        self._entries = tuple(entries)

    @classmethod
    def of(cls, results: Iterable[Result]) -> Baseline:
        """The baseline of these results; suppressed ones need no entry."""
        counts: Counter[str] = Counter()
        described: dict[str, dict[str, Any]] = {}
        for result in results:
            if result.suppressed is None:
                key = fingerprint(result)
                counts[key] += 1
                described.setdefault(key, _describe(result))
        entries = [{"fingerprint": key, **described[key], "count": counts[key]} for key in described]
        entries.sort(key=lambda entry: (entry["path"], entry["code"], entry["function"], entry["fingerprint"]))
        return cls(counts, entries)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """The baseline in a file.

        Raises:
            BaselineError: the file cannot be read, or is no baseline.
        """
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise BaselineError(str(path), f"larger than {_MAX_BYTES // 1024 // 1024} MiB")
            content = json.loads(path.read_bytes())
        except OSError as error:
            raise BaselineError(str(path), f"cannot be read: {error.strerror or error}") from None
        except (ValueError, RecursionError):
            raise BaselineError(str(path), "not a baseline: no valid JSON") from None
        if not isinstance(content, dict) or content.get("version") != _VERSION:
            raise BaselineError(str(path), f"not a baseline of version {_VERSION}; write a new one")
        counts: Counter[str] = Counter()
        entries = content.get("findings")
        for entry in entries if isinstance(entries, list) else [None]:
            key, count = (entry.get("fingerprint"), entry.get("count")) if isinstance(entry, dict) else (None, None)
            if not isinstance(key, str) or not isinstance(count, int) or isinstance(count, bool) or count < 1:
                raise BaselineError(str(path), "not a baseline: an entry needs a fingerprint and a count")
            counts[key] += count
        return cls(counts, entries or ())

    def render(self) -> str:
        """The text of the file: sorted, one entry after the other, so that it diffs well."""
        return json.dumps({"version": _VERSION, "findings": list(self._entries)}, indent=2, ensure_ascii=False) + "\n"

    def write(self, path: Path) -> None:
        """Write the file; raises OSError."""
        path.write_text(self.render(), encoding="utf-8", newline="\n")

    def new(self, results: Iterable[Result]) -> list[Result]:
        """The results that the baseline does not know; of several alike, those beyond its count, in the order given."""
        left = Counter(self._counts)
        found = []
        for result in results:
            key = fingerprint(result)
            if result.suppressed is None and left[key] > 0:
                left[key] -= 1
            else:
                found.append(result)
        return found


def fingerprint(result: Result) -> str:
    """What a finding is, whichever line it stands on."""
    parts = _describe(result)
    text = json.dumps([parts[key] for key in sorted(parts)], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _describe(result: Result) -> dict[str, Any]:
    return {
        "code": result.code,
        "path": result.location.path,
        "function": result.function,
        "dataTypes": list(result.data_types),
        "recipient": result.recipient.name if result.recipient else None,
        "sink": result.sink,
    }
