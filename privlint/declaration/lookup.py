"""Where the declaration is: beside the analysed paths, then upwards to the repository's root."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        self._known: dict[Path, Path | None] = {}

    def of(self, path: Path) -> Path | None:
        """The nearest declaration beside ``path`` (a folder: in it) or above, within its repository."""
        passed: list[Path] = []
        found = None
        for folder in _upwards(path):
            if folder in self._known:
                found = self._known[folder]
                break
            passed.append(folder)
            found = next((folder / name for name in NAMES if _is_file(folder / name)), None)
            if found is not None:
                break
        self._known.update(dict.fromkeys(passed, found))
        return found


def _upwards(path: Path) -> Iterator[Path]:
    absolute = path.absolute()
    start = absolute if absolute.is_dir() else absolute.parent
    for folder in (start, *start.parents):
        yield folder
        if _exists(folder / ".git"):
            return


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
