"""Where the declaration is: beside the analysed paths, then upwards to the repository's root."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

NAMES = ("privacy.yml", "privacy.yaml")


def find(paths: Sequence[Path]) -> Path | None:
    """The declaration that goes with ``paths``: that of the first path that has one.

    The search climbs from the path itself (a file's folder) to the folder that holds ``.git``, that one included,
    or to the file system's root where there is none.  Folders that cannot be read are passed over.
    """
    nearest = Nearest()
    return next((found for path in paths if (found := nearest.of(path)) is not None), None)


class Nearest:
    """Finds the declaration that holds for a file or folder; asks the file system once for every folder."""

    def __init__(self) -> None:
        self._known: dict[str, Path | None] = {}

    def of(self, path: Path) -> Path | None:
        """The nearest declaration beside ``path`` (a folder: in it) or above, within its repository."""
        absolute = path.absolute()
        return self._in(str(absolute if os.path.isdir(absolute) else absolute.parent))

    def of_file(self, path: str) -> Path | None:
        """The same for the absolute path of what is known to be a file."""
        return self._in(os.path.dirname(path))

    def _in(self, folder: str) -> Path | None:
        passed: list[str] = []
        found = None
        above = folder
        while above != folder or not passed:
            folder = above
            if folder in self._known:
                found = self._known[folder]
                break
            passed.append(folder)
            found = next((Path(folder, name) for name in NAMES if os.path.isfile(os.path.join(folder, name))), None)
            if found is not None or os.path.exists(os.path.join(folder, ".git")):
                break
            above = os.path.dirname(folder)
        self._known.update(dict.fromkeys(passed, found))
        return found
