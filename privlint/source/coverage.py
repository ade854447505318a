"""How much of a folder a run looks at: whether one may say that something is nowhere in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from privlint.model.project import Project
from privlint.source.discover import Finder, SourceError


def coverage(project: Project, folder: Path, reported: Collection[str], owned: Callable[[str], bool]) -> str:
    """How much of what a declaration in ``folder`` speaks of is analysed and reported on.

    Args:
        project: the run; a declaration that is named in it speaks of all folders that are analysed.
        folder: where the declaration stands.
        reported: the displayed paths of the files that are reported on.
        owned: whether the declaration speaks of the file at a displayed path.

    Returns:
        ``whole``: every Python file; ``part``: not every one, but folders; ``files``: some files that were named.
    """
    named = [Path(os.path.abspath(Path(project.root, path))) for path in project.paths]
    folders = [path for path in named if path.is_dir()]
    around = Path(os.path.abspath(folder))
    if folders and (project.declaration is not None or any(around.is_relative_to(each) for each in folders)):
        return "whole"
    finder = Finder(project, [])
    try:
        everything = [finder.shown(each) for each in finder.under(around)]
    except SourceError:
        everything = []
    if reported and everything and all(each in reported for each in everything if owned(each)):
        return "whole"
    return "part" if folders else "files"
