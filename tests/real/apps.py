"""Which applications privlint is run over: the content of ``apps.toml`` as values, and where things are kept."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "real"  # not under version control

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
DIGEST = re.compile(r"[0-9a-f]{64}")


class AppsError(ValueError):
    """``apps.toml`` says something that cannot be meant."""


@dataclass(frozen=True, slots=True)
class App:
    """One application: its name on the package index, its version, the wheel and the wheel's SHA-256."""

    name: str
    about: str
    version: str
    file: str
    sha256: str

    @property
    def wheel(self) -> Path:
        """Where the download is kept."""
        return BUILD / "wheels" / self.file

    @property
    def source(self) -> Path:
        """Where its Python files are unpacked."""
        return BUILD / "source" / f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``make real`` does: the applications, and how many findings are drawn by which seed."""

    seed: str
    draw: int
    apps: tuple[App, ...]


def load(path: Path = HERE / "apps.toml") -> Plan:
    """Read the plan; raises :class:`AppsError` for an entry that is not a name, a wheel and a SHA-256."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    apps = tuple(App(**entry) for entry in document["app"])
    for app in apps:
        if not NAME.fullmatch(app.name) or not DIGEST.fullmatch(app.sha256):
            raise AppsError(f"{path}: {app.name!r}: a name of letters, digits and dashes and a SHA-256 are needed")
        if Path(app.file).name != app.file or not app.file.endswith(".whl"):
            raise AppsError(f"{path}: {app.name}: {app.file!r} is not the name of a wheel")
    if len({app.name for app in apps}) != len(apps):
        raise AppsError(f"{path}: an application is listed twice")
    return Plan(str(document.get("seed", "")), int(document.get("draw", 0)), apps)


def chosen(plan: Plan, names: list[str]) -> tuple[App, ...]:
    """The applications with the given names, or all of them where none is given."""
    unknown = set(names) - {app.name for app in plan.apps}
    if unknown:
        raise AppsError(f"not in apps.toml: {', '.join(sorted(unknown))}")
    return tuple(app for app in plan.apps if not names or app.name in names)
