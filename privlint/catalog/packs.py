"""Where rule packs are: the ones that come with privlint, and the files and folders that a user names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from privlint import rules_folder
from privlint.catalog.errors import CatalogError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "privlint.rules"
"""The entry point group by which an installed distribution offers a pack."""

TABLE_FOLDERS = ("laws", "app-types", "purposes")
"""Folders of a pack that hold tables of their own shape (``Catalog.table``) instead of rules."""

_SUFFIXES = (".yml", ".yaml")
_MAX_FILES = 5_000


def shipped() -> Path:
    """The folder of privlint's own rules: inside an installed wheel, else of the checkout."""
    return Path(rules_folder())


def installed() -> list[Path]:
    """The packs of installed distributions: entry points of the group ``privlint.rules``, in the order of their names.

    ``acme = "acme_rules"`` or ``acme = "acme_rules.packs"`` names the package whose folder is the pack.  Nothing is
    imported: the folder is looked up among the distribution's files.

    Raises:
        CatalogError: the folder is not there.
    """
    from importlib.metadata import entry_points  # late: only a run with the default rules needs it

    found = sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: (entry.name, entry.value))
    return [_folder_of(entry) for entry in found]


def _folder_of(entry: EntryPoint) -> Path:
    parts = entry.module.split(".")
    if entry.dist is not None:
        folder = Path(str(entry.dist.locate_file("/".join(parts))))
        if folder.is_dir():
            return folder
    from importlib.machinery import PathFinder  # an editable install is found where imports are

    spec = PathFinder.find_spec(parts[0])  # of the outermost package, which is not imported for it
    for base in (spec.submodule_search_locations or ()) if spec is not None else ():
        folder = Path(base, *parts[1:])
        if folder.is_dir():
            return folder
    place = f"entry point {entry.name!r} of {ENTRY_POINTS}"
    raise CatalogError(place, 0, 0, f"there is no folder for {entry.value!r}")


def rule_files(pack: Path) -> list[Path]:
    """The rule files of ``pack`` (a file, or a folder with its sub-folders), in a fixed order.

    Raises:
        CatalogError: there is no such file or folder, or no rule file in it.
    """
    if pack.is_file():
        return [pack]
    if not pack.is_dir():
        raise CatalogError(str(pack), 0, 0, "no such rule file or folder")
    found = [path for path in _yaml_below(pack) if path.relative_to(pack).parts[0] not in TABLE_FOLDERS]
    if not found and not any((pack / name).is_dir() for name in TABLE_FOLDERS):
        raise CatalogError(str(pack), 0, 0, "the folder holds no rule file (*.yml, *.yaml)")
    return found


def table_files(packs: Sequence[Path], name: str) -> list[Path]:
    """The files of the table ``name`` in all folders of ``packs``, in a fixed order."""
    return [path for pack in packs if (pack / name).is_dir() for path in _yaml_below(pack / name)]


def read(path: Path) -> str:
    """The text of a rule file.

    Raises:
        CatalogError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CatalogError(str(path), 0, 0, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CatalogError(str(path), 0, 0, "not UTF-8") from None


def _yaml_below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file():
            found.append(path)
            if len(found) > _MAX_FILES:
                raise CatalogError(str(folder), 0, 0, f"more than {_MAX_FILES} rule files")
    return found
