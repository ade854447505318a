"""Which file an import means: roots, packages, namespace packages, ``src`` layouts, relative imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath


class ModuleIndex:
    """Finds the module (by its index in ``paths``) that a dotted name means in an importing file.

    A file ``a/b/c.py`` is ``c`` seen from root ``a/b``, ``b.c`` from ``a``, and so on.  Roots are the folders that
    hold a top-level package (one whose parent has no ``__init__.py``), and the folders above the importing file that
    are no packages themselves; of several answers the one nearest to the importing file is taken.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [PurePosixPath(p) for p in paths]
        packages = {p.parent for p in self._paths if p.name == "__init__.py"}
        self._packages = packages
        self._roots = {self._top(folder).parent for folder in packages}
        self._by_name: dict[str, list[tuple[PurePosixPath, int]]] = defaultdict(list)
        for number, path in enumerate(self._paths):
            for root, name in self._names(path):
                self._by_name[name].append((root, number))

    def _top(self, folder: PurePosixPath) -> PurePosixPath:
        while folder.parent in self._packages and folder.parent != folder:
            folder = folder.parent
        return folder

    @staticmethod
    def _parts(path: PurePosixPath) -> tuple[str, ...]:
        parts = path.parts[:-1]
        return parts if path.name == "__init__.py" else (*parts, path.stem)

    def _names(self, path: PurePosixPath) -> Iterable[tuple[PurePosixPath, str]]:
        parts = self._parts(path)
        for start in range(len(parts)):
            name = ".".join(parts[start:])
            yield PurePosixPath(*parts[:start]), name

    def is_package(self, number: int) -> bool:
        """Whether the module is a package's ``__init__.py``."""
        return self._paths[number].name == "__init__.py"

    def name(self, number: int) -> str:
        """The dotted name of a module, seen from the root that its outermost package stands in."""
        path = self._paths[number]
        parts = self._parts(path)
        folder = path.parent
        top = self._top(folder) if folder in self._packages else folder
        root = top.parent if folder in self._packages else folder
        depth = len(root.parts)
        return ".".join(parts[depth:]) or (parts[-1] if parts else "")

    def find(self, importer: int, name: str) -> int | None:
        """The module that ``import name`` in ``importer`` loads, or None where it is not among the files."""
        found = self._by_name.get(name)
        if not found:
            return None
        here = self._paths[importer]
        above = [folder for folder in here.parents if folder not in self._packages]
        best: tuple[int, int] | None = None
        for root, number in found:
            if root in self._roots or root in above:
                shared = sum(1 for a, b in zip(root.parts, here.parts, strict=False) if a == b)
                if best is None or shared > best[0]:
                    best = (shared, number)
        return best[1] if best else None

    def relative(self, importer: int, module: str, level: int) -> tuple[int | None, str]:
        """The module of a relative import, and the dotted name it would have."""
        folder = self._paths[importer].parent
        for _ in range(level - 1):
            folder = folder.parent
        target = folder.joinpath(*module.split(".")) if module else folder
        for candidate in (target / "__init__.py", target.with_suffix(".py") if module else None):
            if candidate is not None and (number := self._number(candidate)) is not None:
                return number, self.name(number)
        return None, ".".join(target.parts)

    def child(self, number: int, name: str) -> int | None:
        """The submodule ``name`` of a package."""
        if not self.is_package(number):
            return None
        folder = self._paths[number].parent
        found = self._number(folder / f"{name}.py")
        return found if found is not None else self._number(folder / name / "__init__.py")

    def namespace_child(self, importer: int, dotted: str) -> int | None:
        """A module of a namespace package (a folder without ``__init__.py``)."""
        return self.find(importer, dotted)

    def _number(self, path: PurePosixPath) -> int | None:
        if not hasattr(self, "_numbers"):
            self._numbers = {p: n for n, p in enumerate(self._paths)}
        return self._numbers.get(path)
