"""The names that templates show: what a page reads of the objects that it is given, in any of the usual languages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from privlint.model.project import Project
from privlint.source.discover import DEFAULT_EXCLUDES

_SUFFIXES = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".mako", ".txt", ".xml", ".pt", ".tpl")
_MOST_FILES = 20_000
_MOST_BYTES = 1_000_000  # of one file

_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\$\{.*?\}", re.DOTALL)
_CHAIN = re.compile(r"[^\W\d]\w*(?:\.\w+|\[['\"]\w+['\"]\])*")
_PART = re.compile(r"\w+")


class Templates:
    """The templates of a project: found at once, read when they are asked for."""

    def __init__(self, project: Project) -> None:
        folders = sorted({str(path) for path in (*project.paths, *project.scope)})
        self._files = list(dict.fromkeys(islice((each for folder in folders for each in _below(folder)), _MOST_FILES)))

    @property
    def state(self) -> str:
        """What changes when a template does: names, sizes and times."""
        out = []
        for path in self._files:
            with suppress(OSError):
                found = os.stat(path)
                out.append(f"{path} {found.st_size} {found.st_mtime_ns}")
        return "\n".join(out)

    def shown(self) -> tuple[str, ...] | None:
        """The names in the expressions of all templates; None where there are no templates.

        The fields of forms (``form.phone``) are left out: a page that asks for something does not use it.
        """
        if not self._files:
            return None
        return tuple(sorted({name for path in self._files for name in names_in(_text(path))}))


def names_in(text: str) -> set[str]:
    """The names that the expressions of a template read."""
    out: set[str] = set()
    for code in _CODE.findall(text):
        for chain in _CHAIN.findall(code):
            for name in _PART.findall(chain):
                out.add(name)
                if name.lower().endswith(("form", "formset", "fields")):
                    break
    return out


def _below(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in DEFAULT_EXCLUDES)
        yield from (os.path.join(root, name) for name in sorted(files) if name.endswith(_SUFFIXES))


def _text(path: str) -> str:
    try:
        if os.path.islink(path) or not os.path.isfile(path):
            return ""
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
