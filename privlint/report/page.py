"""A page of HTML that needs nothing else, and runs nothing but its own style and script.

All text is escaped by whoever puts it in (``text``), and the page's content security policy allows its own style and
script by their hashes and nothing besides, so that even a slip would run nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from privlint.report.visible import visible


def text(words: str) -> str:
    """Text of analysed code as it may stand in an element or a quoted attribute."""
    return escape(visible(words), quote=True)


def page(title: str, body: Iterable[str], *, style: str, script: str, version: str) -> str:
    """A whole page; ``style`` and ``script`` are names of assets, ``title`` is escaped here, ``body`` is markup."""
    css, js = _asset(style), _asset(script)
    policy = f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; base-uri 'none'; form-action 'none'"
    lines = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(title)}</title>\n<style>{css}</style>\n</head>\n<body>",
        *body,
        f"<footer>privlint {text(version)}</footer>",
        f"<script>{js}</script>\n</body>\n</html>",
    ]
    return "\n".join(lines) + "\n"


def _asset(name: str) -> str:
    from importlib.resources import files  # slow to import

    return (files("privlint.report") / "assets" / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"
