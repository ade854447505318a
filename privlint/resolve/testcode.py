"""Which files of a program are its tests: what they do is done with invented people."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from privlint.ir import ops as o
from privlint.ir.module import ModuleIR

_FOLDERS = frozenset(("test", "tests", "_test", "_tests", "unittests", "functional_tests", "integration_tests"))
_FILE = re.compile(r"test_\w+|\w+_tests?|conftest")
_FILE_OF_ITS_OWN = "tests"  # of a Django application: tells of no file beside it


def without_tests(modules: Sequence[ModuleIR], frameworks: Collection[str]) -> list[ModuleIR]:
    """The modules that are no tests; all of them where there is nothing else.

    A file is one of the tests if it is called so or lies in a folder that is, and imports a test framework; and so is
    whatever lies beside it in that folder, or below.  A folder of tests that all files lie in does not count.

    Args:
        modules: a program's files.
        frameworks: the packages that tests import (``pytest``, ``django.test``).
    """
    inside = _common(modules)
    below = {m.path: m.path[len(inside) :] for m in modules}
    placed = _folder if inside else _placed
    own = {
        below[m.path]
        for m in modules
        if placed(below[m.path]) and (_stem(m.path) == "conftest" or _imports(m, frameworks))
    }
    folders = {_folder(path) for path in own if _stem(path) != _FILE_OF_ITS_OWN} - {""}
    kept = [m for m in modules if below[m.path] not in own and _folder(below[m.path]) not in folders]
    return kept or list(modules)


def _common(modules: Sequence[ModuleIR]) -> str:
    """The innermost folder that all files lie in, if that is in a folder of tests; else ``""``."""
    folders = [m.path.rpartition("/")[0] for m in modules]
    if not folders or len({folder.startswith("/") for folder in folders}) > 1:
        return ""
    common = f"{posixpath.commonpath(folders)}/"
    return common if _folder(common) else ""


def _placed(path: str) -> bool:
    stem = _stem(path)
    return bool(_folder(path)) or stem == _FILE_OF_ITS_OWN or _FILE.fullmatch(stem) is not None


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _folder(path: str) -> str:
    """The innermost folder of tests that a file lies in."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        if parts[length - 1] in _FOLDERS:
            return "/".join(parts[:length])
    return ""


def _imports(module: ModuleIR, frameworks: Collection[str]) -> bool:
    for function in module.functions:
        for block in function.blocks:
            for op in block.ops:
                if isinstance(op, o.Import) and not op.level and _is_of(op, frameworks):
                    return True
    return False


def _is_of(op: o.Import, frameworks: Collection[str]) -> bool:
    names = (op.module, f"{op.module}.{op.name}")
    return any(name == each or name.startswith(f"{each}.") for name in names for each in frameworks)
