"""Several declarations for the parts of one project: which one judges which file.

A file is judged by the nearest ``privacy.yml`` beside it or above it, within its repository; a file that has none by
the one that goes with the analysed paths (``find``), if there is one.  A declaration that is named judges everything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from privlint.declaration.lookup import Nearest, find

if TYPE_CHECKING:
    from privlint.model.declaration import Declaration


class Parts:
    """Where the declarations of a run are; nothing is read.

    Attributes:
        places: the files that judge something, in order.
        rest: whether some file has no declaration (or there is no file at all, and no declaration).
    """

    def __init__(self, files: Iterable[str], paths: Sequence[Path], explicit: Path | None, root: Path) -> None:
        """Look for them.

        Args:
            files: absolute paths of the files under analysis.
            paths: what was asked for: where the declaration is that holds for files without one.
            explicit: a declaration that overrides all others.
            root: the folder that displayed paths are relative to.
        """
        self._root = os.path.abspath(root)
        self._nearest = Nearest()
        self._explicit = explicit
        self._default = None if explicit else find([Path(self._root, path) for path in paths])
        found = {self._place(file) for file in files} or {self.main}
        self.places = tuple(sorted(place for place in found if place is not None))
        self.rest = None in found

    @classmethod
    def none(cls, root: Path) -> Parts:
        """No declaration at all, whatever there is."""
        return cls((), (), None, root)

    @property
    def main(self) -> Path | None:
        """The one that speaks of the project as a whole: that was named, or goes with the paths."""
        return self._explicit or self._default

    def of(self, path: str) -> Path | None:
        """The declaration that judges the file at a displayed path."""
        return self._place(os.path.join(self._root, path))

    def shown(self, place: Path) -> str:
        """The path of a declaration as reports show it: POSIX, relative to the root if it is inside, else absolute."""
        absolute = os.path.abspath(place)
        inside = absolute.startswith(self._root.rstrip(os.sep) + os.sep)
        return PurePath(os.path.relpath(absolute, self._root) if inside else absolute).as_posix()

    def _place(self, file: str) -> Path | None:
        return self._explicit or self._nearest.of_file(file) or self._default


class Declarations:
    """The declarations of a run, read.

    Attributes:
        all: every declaration that judges a file, by path, and None behind them where a file has none.
    """

    def __init__(self, parts: Parts, read: Callable[[Path, str], Declaration]) -> None:
        """Read them; ``read`` is given a path and how messages call it, and raises DeclarationError."""
        self._parts = parts
        self._read = {place: read(place, parts.shown(place)) for place in parts.places}
        self._places = {id(declaration): place for place, declaration in self._read.items()}
        self.all: tuple[Declaration | None, ...] = (*self._read.values(), *([None] if parts.rest else ()))

    @property
    def main(self) -> Declaration | None:
        """The one that speaks of the project as a whole; failing that, the only one."""
        whole = self._read.get(self._parts.main) if self._parts.main is not None else None
        return whole or (next(iter(self._read.values())) if len(self._read) == 1 else None)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Every file that the declarations consist of, as ``Declaration.files``."""
        return tuple(dict.fromkeys(file for each in self._read.values() for file in each.files))

    def of(self, path: str) -> Declaration | None:
        """The declaration that judges the file at a displayed path."""
        place = self._parts.of(path)
        return self._read.get(place) if place is not None else None

    def place(self, declaration: Declaration) -> Path:
        """The file of a declaration of this run."""
        return self._places[id(declaration)]

    def above(self, path: str, declaration: Declaration | None) -> bool:
        """Whether the file at a displayed path is code that the part judged by ``declaration`` may share: judged by
        it, by one further up, or by none."""
        other = self.of(path)
        if other is None or declaration is None or other is declaration:
            return True
        return self.place(declaration).parent.is_relative_to(self.place(other).parent)
