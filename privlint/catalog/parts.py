"""Whether what stands under one name can be the data that was found under another: ``Catalog.akin``.

``address.line`` and ``phone["value"]`` are what the name says; ``message["id"]`` is no message, ``wishlist.key`` no
purchase, and ``address["city"]`` is a city.  Names say this where the flow cannot know which part it has: data that
went into a mapping under a key that is not known, or through code that is not there.
"""

from __future__ import annotations

from collections.abc import Sequence

from privlint.catalog.names import Names

_CACHE_LIMIT = 100_000
_OF_DATES = frozenset(("year", "month", "day", "days", "years", "months"))
_POINTERS = frozenset(("id", "key", "pk", "code", "status", "number", "slug"))  # these point to data, or count it

_BIRTH = "demographic.date_of_birth"
_OF_DATES = frozenset(("year", "month", "date", "days", "years"))
_ADDRESS = "contact.postal_address"  # its parts, in a record of their own, are it as well
_OF_ADDRESS = frozenset(("contact.street", "contact.postal_code"))


class Parts:
    """The judge of parts by their names."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._answers: dict[tuple[str, str, str], bool] = {}

    def akin(self, name: str, data_type: str, part: str) -> bool:
        """Whether ``part`` can hold the data of that type which was called ``name``."""
        key = (name, data_type, part)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) > _CACHE_LIMIT:
                self._answers.clear()
            answer = self._answers[key] = name == part or self._decide(name, data_type, part)
        return answer

    @staticmethod
    def _says_whose(words: Sequence[str], own: Sequence[str]) -> bool:
        """Whether a name tells another thing's number, or another thing's name: ``knowledge_id`` of ``session_id``."""
        return (words[-1] in _POINTERS or words[-1] == "name") and len(words) > 1 and not set(words[:-1]) & set(own)

    def _decide(self, name: str, data_type: str, part: str) -> bool:
        lists = self._names.lists
        if len(part) < 3 and part.isupper():  # the type of a value, as DynamoDB has it: {"S": "..."}
            return True
        words, own = self._names.lexicon.words(part), self._names.lexicon.words(name)
        if not words or not own:
            return True
        if data_type == _BIRTH and part in _OF_DATES:
            return True
        if words[-1] == own[-1] and not (self._says_whose(words, own) and self._names.classify(part, "user") is None):
            return True
        match = self._names.classify(part, name) or self._names.classify(part, "user")
        if match is not None:
            return match.data_type == data_type or (data_type == _ADDRESS and match.data_type in _OF_ADDRESS)
        if words[-1] not in _POINTERS and all(word in lists["neutral"] or word in lists["behind"] for word in words):
            return True  # ``.value``, ``["raw"]``: the same thing
        if words[-1] in _POINTERS or words[-1] in lists["infrastructure"]:
            return False
        if data_type in lists["dates"]:
            return part in _OF_DATES
        return data_type in lists["wholes"] or data_type.partition(".")[0] in lists["wholes"]
