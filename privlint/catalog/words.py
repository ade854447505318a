"""Identifiers to words: snake_case, camelCase, kebab-case, digits, Chinese, and spellings that run together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W\d_{_HAN}]"
_PARTS = (
    r"[A-Z]{2,}s?(?![a-z])[0-9]*"  # acronyms: ID, IDs, HTTP, SHA256
    r"|[A-Z]+(?=[A-Z][a-z])"  # ... before a capitalised word: HTTPServer
    r"|[A-Z]?[a-z]+[0-9]*"
    r"|[A-Z]+[0-9]*"
    r"|[0-9]+[a-z]*"
)
_TOKEN = re.compile(_PARTS)
_WIDE_TOKEN = re.compile(rf"[{_HAN}]+|[a-zA-Z]*[^\x00-\x7f\W\d_{_HAN}]{_LETTER}*|{_PARTS}|{_LETTER}+")
_CHINESE = re.compile(f"[{_HAN}]")
_TRAILING_DIGITS = re.compile(r"(.*?[a-z])([0-9]+)\Z")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
MAX_NAME = 80


def is_chinese(word: str) -> bool:
    """Whether ``word`` has Chinese characters."""
    return _CHINESE.search(word) is not None


@lru_cache(maxsize=16_384)
def tokens(name: str) -> tuple[str, ...]:
    """The parts of ``name`` as its spelling separates them, in lower case.

    >>> tokens("userEMailAddress2"), tokens("HTTP_X_FORWARDED_FOR"), tokens("user手机号")
    (('user', 'e', 'mail', 'address2'), ('http', 'x', 'forwarded', 'for'), ('user', '手机号'))
    """
    if name.isascii():
        return tuple(token.lower() for token in _TOKEN.findall(name))
    return tuple(_plain(token.lower()) for token in _WIDE_TOKEN.findall(unicodedata.normalize("NFKC", name)))


def _plain(token: str) -> str:
    """``token`` without accents: ``prénom`` is ``prenom``, ``straße`` is ``strasse``."""
    if is_chinese(token):
        return token
    letters = unicodedata.normalize("NFKD", token.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(letter for letter in letters if not unicodedata.combining(letter)))


_SYLLABLES = 6  # of one word, at most
_TAILS = frozenset(
    ("hao", "haoma", "ren", "dizhi", "zhanghao", "dianhua", "shouji", "kahao")
)  # pinyin that a word ends with: ``hangban_hao``

_NUMBERS = ("nbr", "num", "no")  # what stands behind a word that is run together with it: ``mobileno``


class Lexicon:
    """All words that names and vocabulary are made of, and how other spellings lead to them."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.joined: dict[str, tuple[str, ...]] = {}  # phonenumber -> phone, number
        self.prefixes: list[str] = []  # words that may stand before a known one without a gap: user, yonghu
        self._longest = 1
        self._cache: dict[str, tuple[str, ...]] = {}

    def learn(self, spellings: Iterable[str]) -> None:
        """Take the words of ``spellings`` into the lexicon."""
        for spelling in spellings:
            for token in tokens(spelling):
                self.known.add(token)
                if is_chinese(token):
                    self._longest = max(self._longest, len(token))

    def join(self, words: tuple[str, ...]) -> None:
        """Let the run-together spelling of ``words`` stand for them."""
        together = "".join(words)
        if len(words) > 1 and len(together) >= 5 and together.isascii():
            self.joined.setdefault(together, words)

    def forget(self) -> None:
        """Drop cached answers: the lexicon has grown since."""
        self._cache.clear()

    def words(self, name: str) -> tuple[str, ...]:
        """The words of ``name``, in the form in which the lexicon knows them."""
        result: list[str] = []
        for token in tokens(name):
            found = self._cache.get(token)
            if found is None:
                found = self._cache[token] = self._normal(token)
            result.extend(found)
        for index in range(1, len(result)):
            if result[index] == "no":
                result[index] = "number"  # phone_no; in front (no_email) it is a negation
            elif result[index] == "mail" and result[index - 1] == "e":
                result[index - 1 : index + 1] = ["", "email"]
            elif result[index] in ("four", "4") and result[index - 1] == "last":
                result[index - 1 : index + 1] = ["", "last4"]
        return self._rejoined([word for word in result if word])

    def _rejoined(self, words: list[str]) -> tuple[str, ...]:
        """With syllables put together that make a word only so: ``shou_ji_hao``, ``YuanGong``."""
        start = 0
        while start < len(words) - 1:
            for end in range(min(len(words), start + _SYLLABLES), start + 1, -1):
                together = "".join(words[start:end])
                strange = words[end - 1] in _TAILS or any(
                    word not in self.known and word not in self.joined for word in words[start:end]
                )
                if strange and len(together) >= 5 and together.isascii() and together in self.known:
                    words[start:end] = [together]
                    break
            start += 1
        return tuple(words)

    def singular(self, word: str) -> str:
        """The singular of ``word`` if the lexicon knows it, else ``word``."""
        return next((variant for variant in _variants(word) if variant != word and variant in self.known), word)

    def _normal(self, token: str) -> tuple[str, ...]:
        if is_chinese(token):
            return tuple(self._segments(token))
        for variant in _variants(token):
            if variant in self.joined:
                return self.joined[variant]
            if variant in self.known:
                return (variant,)
        match = _TRAILING_DIGITS.match(token)
        if match:
            return (*self._normal(match[1]), match[2])
        return self._split_prefix(token) or self._split_suffix(token) or (token,)

    def _split_prefix(self, token: str) -> tuple[str, ...] | None:
        """``useremail``, ``yonghushoujihao``: a person's word and a name run together."""
        for prefix in self.prefixes:
            if token.startswith(prefix) and len(token) - len(prefix) >= 3:
                for variant in _variants(token[len(prefix) :]):
                    if variant in self.joined:
                        return (prefix, *self.joined[variant])
                    if variant in self.known and len(variant) >= 3:
                        return (prefix, variant)
        return None

    def _split_suffix(self, token: str) -> tuple[str, ...] | None:
        """``mobileno``, ``acctnum``, ``phonenbr``: a known word and the number of it run together."""
        for suffix in _NUMBERS:
            stem = token[: -len(suffix)]
            if token.endswith(suffix) and len(stem) >= 4 and stem in self.known:
                return (stem, suffix)
        return None

    def _segments(self, run: str) -> list[str]:
        """A run of Chinese characters as words: the longest known one at each place; the rest stays together."""
        result: list[str] = []
        start = unknown = 0
        while start < len(run):
            for size in range(min(self._longest, len(run) - start), 0, -1):
                if run[start : start + size] in self.known and (size > 1 or len(run) == 1):
                    if unknown < start:
                        result.append(run[unknown:start])
                    result.append(run[start : start + size])
                    start = unknown = start + size
                    break
            else:
                start += 1
        if unknown < len(run):
            result.append(run[unknown:])
        return result


def _variants(token: str) -> Iterable[str]:
    """``token``, then what may be its singular."""
    yield token
    if len(token) > 3 and token.endswith("s") and not token.endswith("ss"):
        yield token[:-1]
        if token.endswith("ies"):
            yield token[:-3] + "y"
        elif token.endswith("es"):
            yield token[:-2]
