"""Locations, regions and the list of artifacts."""

from __future__ import annotations

from urllib.parse import quote

import sarif_om as om

from privlint.model.location import Location, Span
from privlint.report.lines import Sources
from privlint.report.sarif.plain import Done, to_plain

ROOT = "%SRCROOT%"
"""The base of all relative addresses; GitHub takes it for the root of the repository."""

_LANGUAGES = {".py": "python", ".pyi": "python", ".yml": "yaml", ".yaml": "yaml", ".toml": "toml"}


def uri(path: str) -> str:
    """A displayed path as an address: percent-encoded UTF-8, relative ones against the root.

    Bytes of a file name that are no UTF-8 come out as those bytes.
    """
    posix = path.replace("\\", "/") if path[1:3] == ":\\" else path
    try:
        encoded = posix.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        encoded = posix.encode("utf-8", "surrogatepass")
    quoted = quote(encoded, safe="/~!$&'()*+,;=@")
    if posix.startswith("/"):
        return f"file://{quoted}"
    return f"file:///{quoted}" if posix[1:3] == ":/" else quoted.removeprefix("./")


class Places:
    """Makes locations, and remembers which files they name."""

    def __init__(self, sources: Sources, paths: set[str]) -> None:
        self._sources = sources
        self._paths = sorted(paths)
        self._uris: dict[str, str] = {}
        self._made: dict[Location, Done] = {}
        self._index = {path: index for index, path in enumerate(self._paths)}

    def _address(self, path: str, **others: object) -> om.ArtifactLocation:
        address = self._uris.get(path)
        if address is None:
            address = self._uris[path] = uri(path)
        return om.ArtifactLocation(uri=address, uri_base_id=None if address.startswith("file:") else ROOT, **others)

    def artifacts(self) -> list[om.Artifact]:
        """All files that any location names, sorted."""
        return [
            om.Artifact(
                location=self._address(path, index=index),
                source_language=next((name for end, name in _LANGUAGES.items() if path.endswith(end)), None),
            )
            for index, path in enumerate(self._paths)
        ]

    def physical(self, location: Location) -> Done:
        """Where ``location`` is, its columns in UTF-16 code units; made once, since flows share their steps."""
        made = self._made.get(location)
        if made is None:
            made = self._made[location] = Done(to_plain(self._physical(location)))
        return made

    def _physical(self, location: Location) -> om.PhysicalLocation:
        span = self._sources.utf16_span(location.path, location.span)
        return om.PhysicalLocation(
            artifact_location=self._address(location.path, index=self._index[location.path]),
            region=om.Region(
                start_line=span.line, start_column=span.column, end_line=span.end_line, end_column=span.end_column
            ),
        )

    def primary(self, location: Location) -> om.PhysicalLocation:
        """As ``physical``, but only the first line of it, with that line as a snippet.

        GitHub shows an alert in a pull request only where all of its lines are in the change.
        """
        path, span = location
        line = self._sources.line(path, span.line)
        if span.end_line > span.line:
            end = len(line) + 1 if line is not None else span.column
            location = Location(path, Span(span.line, span.column, span.line, max(end, span.column)))
        physical = self._physical(location)
        if line is not None:
            region = physical.region
            columns = self._sources.line(path, span.line) or ""
            stop = max(location.span.end_column - 1, 0)
            region.snippet = om.ArtifactContent(text=columns[max(location.span.column - 1, 0) : stop])
            physical.context_region = om.Region(
                start_line=span.line, end_line=span.line, snippet=om.ArtifactContent(text=line)
            )
        return physical
