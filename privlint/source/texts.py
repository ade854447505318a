"""The texts of a project's files, decoded when they are asked for: a report needs few of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from privlint.model.source import RawFile, SourceFile
from privlint.source.decode import decoded


class Texts(Mapping[str, str]):
    """Texts by displayed path; files that cannot be decoded are not in it."""

    def __init__(self, files: Iterable[RawFile]) -> None:
        self._files = {file.path: file for file in files}
        self._decoded: dict[str, str] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self._decoded:
            file = decoded(self._files[path])
            if not isinstance(file, SourceFile):
                raise KeyError(path)
            self._decoded[path] = file.text
        return self._decoded[path]

    def __iter__(self) -> Iterator[str]:
        return (path for path in self._files if path in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
