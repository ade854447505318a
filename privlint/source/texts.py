"""The texts of a project's files, decoded when they are asked for: a report needs few of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from privlint.model.source import RawFile, SourceFile
from privlint.source.decode import MAX_BYTES, decoded


class Texts(Mapping[str, str]):
    """Texts by displayed path; files that cannot be decoded are not in it."""

    def __init__(self, files: Iterable[RawFile], others: Iterable[tuple[str, str]] = ()) -> None:
        """``others``: displayed and absolute paths of further files, read when they are asked for."""
        self._files = {file.path: file for file in files}
        self._others = dict(others)
        self._decoded: dict[str, str] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self._decoded:
            file = decoded(self._files[path] if path in self._files else _read(path, self._others[path]))
            if not isinstance(file, SourceFile):
                raise KeyError(path)
            self._decoded[path] = file.text
        return self._decoded[path]

    def __iter__(self) -> Iterator[str]:
        return (path for path in (*self._files, *self._others) if path in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _read(path: str, absolute: str) -> RawFile:
    """The file's bytes; one that is gone has no text (KeyError)."""
    try:
        with open(absolute, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise KeyError(path) from None
    return RawFile(path, absolute, data, "")
