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
    for path in paths:
        for folder in _upwards(path):
            for name in NAMES:
                if _is_file(folder / name):
                    return folder / name
    return None


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
