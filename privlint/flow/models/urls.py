"""Addresses put together and taken apart by the standard library."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from privlint.flow.addresses import address_texts
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.items import item, positions
from privlint.flow.models.folding import address_of
from privlint.flow.models.registry import function
from privlint.flow.values import Atom, Hop, Lit, Mark, Prefix, Value, of, step
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


@function("urllib.parse.urljoin", "urllib.basejoin", "urlparse.urljoin")
def _urljoin(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """An address on the host of another one, unless the second is an address itself."""
    base, url = args.at(fr, 0, "base"), args.at(fr, 1, "url")
    if base is None:
        return None
    seconds = strings(url[0])[:4] if url is not None else []
    atoms: list[Atom] = []
    for text in address_texts(fr, base[0])[:4]:
        try:
            atoms += [Lit("str", urljoin(text, second)) for second in seconds]
        except ValueError:  # brackets that hold no address
            continue
        if not seconds and "://" in text:
            atoms.append(Prefix(text.rstrip("/") + "/"))
    return of(*atoms) if atoms else None


@function("urllib.parse.urlunsplit", "urllib.parse.urlunparse", "urlparse.urlunsplit", "urlparse.urlunparse")
def _put_together(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """An address of its parts: scheme, host, path and what follows."""
    given = args.at(fr, 0, "components")
    labels = positions(fr, given[0]) if given is not None else None
    if given is None or not labels or len(labels) < 2:
        return None
    atoms = address_of([item(fr, given[0], label) for label in labels[:2]])
    marks: dict[Mark, Hop | None] = dict(step(collect(fr, given[0], 1), fr.site(callee.n), "through", callee.last))
    # A path and more may follow: the host is complete.
    ends = frozenset(Prefix(f"{a.value}/") if isinstance(a, Lit) else a for a in atoms)
    return Value(ends, marks) if ends else None
