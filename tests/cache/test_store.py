"""The store: what it believes, what it survives, what it drops."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from privlint.cache import Store, digest, digest_of_tree, open_store

KEY = digest("a")


def opened(folder: Path, *analysed: Path) -> Store:
    store = open_store(folder, analysed)
    assert store is not None
    return store


def entry(folder: Path, key: str = KEY) -> Path:
    return folder / "ir" / key


def test_what_was_put_is_got_in_another_run(tmp_path: Path) -> None:
    assert opened(tmp_path / "c").get("ir", KEY) is None
    opened(tmp_path / "c").put("ir", KEY, b"data")
    assert opened(tmp_path / "c").get("ir", KEY) == b"data"
    assert opened(tmp_path / "c").get("facts", KEY) is None


def test_keys_tell_parts_apart() -> None:
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", ""), digest("", "abc")}) == 5
    assert digest("é\ud800") == digest("é\ud800")


def test_a_tree_is_names_and_content(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.py").write_text("1")
    (tmp_path / "x" / "a.txt").write_text("1")
    before = digest_of_tree(str(tmp_path), (".py",))
    (tmp_path / "x" / "a.txt").write_text("2")
    assert digest_of_tree(str(tmp_path), (".py",)) == before
    (tmp_path / "x" / "a.py").rename(tmp_path / "x" / "b.py")
    assert digest_of_tree(str(tmp_path), (".py",)) != before


@pytest.mark.parametrize("spoil", ["cut", "longer", "changed", "empty", "other name", "link", "folder"])
def test_an_entry_that_is_not_as_it_was_written_is_none(tmp_path: Path, spoil: str) -> None:
    opened(tmp_path).put("ir", KEY, b"data")
    path, other = entry(tmp_path), digest("b")
    data = path.read_bytes()
    if spoil == "other name":
        path.rename(entry(tmp_path, other))
    elif spoil == "link":
        path.rename(tmp_path / "away")
        path.symlink_to(tmp_path / "away")
    elif spoil == "folder":
        path.unlink()
        path.mkdir()
    else:
        changed = {"cut": data[:-1], "longer": data + b"x", "changed": data[:-1] + b"x", "empty": b""}
        path.write_bytes(changed[spoil])
    assert opened(tmp_path).get("ir", other if spoil == "other name" else KEY) is None


def test_a_folder_that_is_moved_still_holds(tmp_path: Path) -> None:
    opened(tmp_path / "here").put("ir", KEY, b"data")
    shutil.copytree(tmp_path / "here", tmp_path / "there", copy_function=shutil.copy2)
    assert opened(tmp_path / "there").get("ir", KEY) == b"data"


def test_what_came_with_a_repository_is_not_believed(tmp_path: Path) -> None:
    planted = tmp_path / "repository" / ".privlint_cache"
    opened(planted).put("ir", KEY, b"forged")  # with a key of its own, which comes with it
    assert opened(planted).get("ir", KEY) == b"forged"
    inside = opened(planted, tmp_path / "repository")
    assert inside.get("ir", KEY) is None
    inside.put("ir", KEY, b"sound")
    assert opened(planted, tmp_path / "repository").get("ir", KEY) == b"sound"


def test_a_key_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVLINT_CACHE_KEY", "secret")
    opened(tmp_path / "c").put("ir", KEY, b"data")
    assert not (tmp_path / "c" / "key").exists()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    assert opened(tmp_path / "c", tmp_path).get("ir", KEY) == b"data"
    monkeypatch.setenv("PRIVLINT_CACHE_KEY", "other")
    assert opened(tmp_path / "c", tmp_path).get("ir", KEY) is None


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_key_that_others_may_read_is_none(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "key").chmod(0o644)
    assert open_store(tmp_path, ()) is None


def test_a_folder_of_entries_that_is_a_link_is_not_written_to(tmp_path: Path) -> None:
    store = opened(tmp_path / "c")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "c" / "ir").symlink_to(tmp_path / "elsewhere")
    store.put("ir", KEY, b"data")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_place_that_cannot_be_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert open_store(tmp_path / "file", ()) is None
    assert open_store(tmp_path / "file" / "below", ()) is None
    store = opened(tmp_path / "c")
    shutil.rmtree(tmp_path / "c")
    store.put("ir", KEY, b"data")
    store.close(str(tmp_path), 1)
    assert store.get("ir", KEY) is None


def test_the_folder_says_what_it_is(tmp_path: Path) -> None:
    opened(tmp_path / "c")
    assert (tmp_path / "c" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / "c" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


class TestPruning:
    SOURCE = 1_000_000
    BLOB = os.urandom(300_000)

    def run(self, folder: Path, keys: list[str], project: str = "p") -> None:
        """A run that uses these entries, and makes those that are missing."""
        store = opened(folder)
        for key in keys:
            if store.get("ir", key) is None:
                store.put("ir", key, self.BLOB)
        (folder / project).mkdir(exist_ok=True)
        store.close(str(folder / project), self.SOURCE)

    def keys_in(self, folder: Path) -> set[str]:
        return {path.name for path in (folder / "ir").iterdir()}

    def test_what_is_no_longer_used_goes_the_oldest_first(self, tmp_path: Path) -> None:
        keys = [digest(str(number)) for number in range(40)]
        for number, key in enumerate(keys):
            self.run(tmp_path, [keys[0], key])
            os.utime(entry(tmp_path, key), (number, number))
        left = self.keys_in(tmp_path)
        assert keys[0] in left, "it is the oldest, but in use"
        assert {keys[39], keys[38]} <= left
        assert keys[1] not in left
        assert len(left) * len(self.BLOB) <= 2 * self.SOURCE + 512 * 1024

    def test_projects_do_not_drop_what_others_use(self, tmp_path: Path) -> None:
        ours = [digest(f"ours {number}") for number in range(3)]
        theirs = [digest(f"theirs {number}") for number in range(60)]
        self.run(tmp_path, ours, "ours")
        for key in theirs:
            self.run(tmp_path, [key], "theirs")
        assert set(ours) <= self.keys_in(tmp_path)

    def test_the_live_go_too_where_there_is_no_room(self, tmp_path: Path) -> None:
        self.run(tmp_path, [digest(str(number)) for number in range(40)])
        assert len(self.keys_in(tmp_path)) * len(self.BLOB) <= 2 * self.SOURCE + 512 * 1024

    def test_what_an_interrupted_run_has_left_goes(self, tmp_path: Path) -> None:
        self.run(tmp_path, [KEY])
        old, fresh = tmp_path / "ir" / ".new-1", tmp_path / "ir" / ".new-2"
        for path in (old, fresh):
            path.write_bytes(b"half")
        os.utime(old, (0, 0))
        self.run(tmp_path, [digest("b")])
        assert not old.exists()
        assert fresh.exists(), "another run may be writing it"

    def test_projects_that_are_gone_have_no_say(self, tmp_path: Path) -> None:
        gone = [digest(f"gone {number}") for number in range(8)]
        self.run(tmp_path, gone, "gone")
        (tmp_path / "gone").rmdir()
        self.run(tmp_path, [digest(f"ours {number}") for number in range(4)], "ours")
        assert len(self.keys_in(tmp_path)) * len(self.BLOB) <= 2 * self.SOURCE + 512 * 1024

    def test_spoilt_notes_are_no_error(self, tmp_path: Path) -> None:
        self.run(tmp_path, [KEY])
        (tmp_path / "projects" / "spoilt").write_text('{"bytes": [], "used": 3}')
        self.run(tmp_path, [digest("b")])
        assert not (tmp_path / "projects" / "spoilt").exists()
