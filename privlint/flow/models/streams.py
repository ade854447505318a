"""Streams that write into other streams, or read from them: csv writers, compressed files, archives, pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.access import store
from privlint.flow.conditions import WRITES_TO
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import item
from privlint.flow.models.registry import Handler, function
from privlint.flow.values import UNKNOWN, Hop, Mark, Marks, Obj, Value, join_all, of, only_marks, step
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

WRITING = frozenset({"write", "writelines", "writerow", "writerows", "writestr", "addfile", "dump", "send", "sendall"})

FIELDNAMES = ".fieldnames"  # label of what a csv.DictWriter takes of its rows

_STREAMS = {  # function -> where it is given the stream, and the type of what it makes
    "csv.writer": (0, "csvfile", "csv.writer"),
    "csv.DictWriter": (0, "f", "csv.DictWriter"),
    "gzip.GzipFile": (3, "fileobj", "gzip.GzipFile"),
    "gzip.open": (0, "filename", "io.TextIOWrapper"),
    "bz2.open": (0, "filename", "io.TextIOWrapper"),
    "lzma.open": (0, "filename", "io.TextIOWrapper"),
    "bz2.BZ2File": (0, "filename", "bz2.BZ2File"),
    "lzma.LZMAFile": (0, "filename", "lzma.LZMAFile"),
    "zipfile.ZipFile": (0, "file", "zipfile.ZipFile"),
    "tarfile.open": (2, "fileobj", "tarfile.TarFile"),
    "tarfile.TarFile": (2, "fileobj", "tarfile.TarFile"),
    "io.TextIOWrapper": (0, "buffer", "io.TextIOWrapper"),
    "io.BufferedReader": (0, "raw", "io.BufferedReader"),
    "io.BufferedWriter": (0, "raw", "io.TextIOWrapper"),
    "pickle.Pickler": (0, "file", "pickle.Pickler"),
    "pickle.Unpickler": (0, "file", "pickle.Unpickler"),
}


def _over(position: int, name: str, type_: str) -> Handler:
    """How a stream is made over another one, which it holds; what that has can be read from it."""

    def make(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
        given = args.at(fr, position, name)
        fields: dict[str, Value] = {}
        marks: Marks = {}
        if given is not None:
            fields[WRITES_TO] = given[0]
            if type_ == "csv.DictWriter" and (named := args.at(fr, 1, "fieldnames")) is not None:
                fields[FIELDNAMES] = named[0]
            if any(isinstance(atom, Obj) for atom in given[0].atoms):
                marks = step(collect(fr, given[0], 2), fr.site(callee.n), "through", callee.shown)
        made = fr.allocate(callee.n, Object("inst", type_=type_, fields=fields), "lib")
        return Value(frozenset((made,)), marks)

    return make


for _path, _made in _STREAMS.items():
    function(_path)(_over(*_made))


def write(fr: Frame, receiver: Value, args: Arguments, n: int) -> None:
    """``writer.writerow(row)``, ``archive.writestr(name, data)``: the data is in the stream below then."""
    targets = [
        held
        for atom in receiver.ordered
        if isinstance(atom, Obj) and (held := fr.object(atom.id).fields.get(WRITES_TO)) is not None
    ]
    if not targets:
        return
    marks: dict[Mark, Hop | None] = {}
    for value, _ in args.positional:
        marks.update(collect(fr, value, 2))
    into = only_marks(step(marks, fr.site(n), "into", "the file"))
    for held in targets if into else ():
        store(fr, held, "[*]", into, strong=False)


@function("multiprocessing.Pipe")
def _pipe(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """Two ends: what is sent at one is received at the other."""
    inside = of(fr.allocate(callee.n, Object("list"), "pipe"))
    end = Object("inst", type_="multiprocessing.connection.Connection", fields={WRITES_TO: inside})
    ends = {f"[{index}]": of(fr.allocate(callee.n, end, f"end {index}")) for index in (0, 1)}
    return of(fr.allocate(callee.n, Object("tuple", fields=ends), "ends"))


@function("multiprocessing.connection.Connection.recv", "multiprocessing.connection.Connection.recv_bytes")
def _received(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    atoms = callee.receiver.ordered if callee.receiver is not None else ()
    ends = [fr.object(atom.id).fields.get(WRITES_TO, UNKNOWN) for atom in atoms if isinstance(atom, Obj)]
    return join_all(item(fr, inside, None) for inside in ends)
