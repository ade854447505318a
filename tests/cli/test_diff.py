"""``privlint diff``, against real repositories."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from privlint.model.project import Project
from privlint.source.revision import RevisionError, revisit

from .conftest import Run

BEFORE = """\
import requests
from flask import request


def lead():
    email = request.form["email"]
    requests.post("https://api.partner.example/leads", json={"email": email})
"""
AFTER = """\
import requests
from flask import request

# further down than before


def lead():
    email = request.form["email"]
    requests.post("https://api.partner.example/leads", json={"email": email})


def subscribe():
    phone = request.form["phone"]
    requests.post("https://ads.example/audience", json={"phone": phone})
"""
IDENTITY = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str, data: bytes = b"") -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, input=data, capture_output=True, check=True, env=environment
    )
    return done.stdout.decode().strip()


def commit(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, from which the tag ``before`` is named."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, shop=BEFORE)
    git(tmp_path, "tag", "before")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def test_nothing_changed(shop: Path, run: Run) -> None:
    ran = run("diff", "HEAD")
    assert ran.status == 0
    assert ran.out.startswith("no change in the flows of personal data since HEAD (")


def test_what_the_work_tree_adds(shop: Path, run: Run) -> None:
    (shop / "shop.py").write_text(AFTER, encoding="utf-8")
    ran = run("diff", "before")
    assert ran.status == 1
    lines = ran.out.splitlines()
    assert lines[0].startswith("2 flows of personal data added since before (")
    assert [line for line in lines if line.startswith(("+", "-", "~"))] == [
        "+ mobile or telephone number (contact.phone) reaches ads.example, in the clear",
        "+ mobile or telephone number (contact.phone) is collected: request.phone, required",
    ]
    assert "    shop.py:14:" in ran.out
    assert "email" not in ran.out
    assert run("diff", "before", "--exit-zero").status == 0


def test_what_a_commit_removes(shop: Path, run: Run) -> None:
    commit(shop, shop=AFTER)
    git(shop, "tag", "more")
    commit(shop, shop=BEFORE)
    ran = run("diff", "more")
    assert ran.status == 0
    assert ran.out.startswith("2 flows of personal data removed since more")


def test_the_declaration_of_now_says_what_is_declared(shop: Path, run: Run) -> None:
    (shop / "shop.py").write_text(AFTER, encoding="utf-8")
    (shop / "privacy.yml").write_text(
        "version: 1\nrecipients:\n  - name: Ads\n    match: {hosts: [ads.example]}\n    country: US\n"
        "    receives: [{data: contact.phone}]\n",
        encoding="utf-8",
    )
    out = run("diff", "before").out
    assert "reaches Ads (US), in the clear [declared]" in out
    assert "is collected: " in out and "[not declared]" in out


def test_markdown_and_json(shop: Path, run: Run) -> None:
    (shop / "shop.py").write_text(AFTER, encoding="utf-8")
    assert run("diff", "before", "-o", "change.md", "-o", "json:change.json").out == ""
    text = (shop / "change.md").read_text(encoding="utf-8")
    assert text.startswith("## privlint: 2 flows of personal data added\n")
    assert "### Added" in text and "### Removed" not in text
    assert "The way of the data" in text
    document = json.loads((shop / "change.json").read_text(encoding="utf-8"))
    assert document["summary"]["added"] == {"collected": 1, "shared": 1, "kept": 0}
    assert document["added"]["shared"][0]["recipient"] == "ads.example"
    assert document["commit"] == git(shop, "rev-parse", "before")


def test_only_the_paths_that_are_named(shop: Path, run: Run) -> None:
    commit(shop, one__a=BEFORE, two__b=BEFORE)
    (shop / "two/b.py").write_text(AFTER, encoding="utf-8")
    assert run("diff", "HEAD", "one").status == 0
    assert run("diff", "HEAD", "two").status == 1
    assert run("diff", "HEAD", "one", "two/b.py").status == 1


def test_from_a_folder_inside(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(shop, one__a=AFTER)
    (shop / "one/a.py").write_text(BEFORE, encoding="utf-8")
    monkeypatch.chdir(shop / "one")
    out = run("diff", "HEAD").out
    assert "2 flows of personal data removed" in out
    assert "    a.py:14:" in out


def test_a_folder_that_is_gone(shop: Path, run: Run) -> None:
    commit(shop, one__a=AFTER)
    git(shop, "rm", "-q", "-r", "one")
    ran = run("diff", "HEAD", "one")
    assert ran.status == 0
    assert "removed" in ran.out


def test_what_git_ignores_is_ignored_in_both(shop: Path, run: Run) -> None:
    (shop / "made.py").write_text(AFTER, encoding="utf-8")
    git(shop, "add", "-f", "made.py")
    (shop / ".gitignore").write_text("made.py\n", encoding="utf-8")
    git(shop, "add", ".gitignore")
    git(shop, "commit", "-q", "-m", "ignored")
    assert "no change" in run("diff", "HEAD").out


@pytest.mark.parametrize(
    ("revision", "words"),
    [("nothing", "nothing"), ("HEAD:shop.py", "HEAD:shop.py"), ("", "revision")],
)
def test_a_revision_that_is_none(shop: Path, run: Run, revision: str, words: str) -> None:
    ran = run("diff", revision)
    assert ran.status == 2
    assert words in ran.err


def test_a_revision_never_is_an_option_of_git(shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(RevisionError, match="is no revision"):
        revisit(Project(paths=(shop,), root=shop), "--help", folder)


def test_no_repository(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("diff", "HEAD")
    assert ran.status == 2
    assert "not in one git repository" in ran.err


def test_a_repository_above_is_not_meant(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "inner/.git").mkdir(parents=True)
    monkeypatch.chdir(shop / "inner")
    assert run("diff", "HEAD").status == 2


# -- hostile repositories ------------------------------------------------------------------------------------------


def mktree(folder: Path, *entries: tuple[str, str, str]) -> str:
    """A tree of ``mode``, object and name, as git would never write it."""
    import binascii
    import hashlib
    import zlib

    body = b"".join(f"{mode} {name}".encode() + b"\0" + binascii.unhexlify(object_) for mode, object_, name in entries)
    data = b"tree %d\0" % len(body) + body
    name = hashlib.sha1(data).hexdigest()
    path = folder / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))
    return name


def export(shop: Path, tree: str, folder: Path) -> tuple[list[str], list[str]]:
    """The files that a commit of this tree gives, and the notes."""
    git(shop, "update-ref", "refs/heads/hostile", git(shop, "commit-tree", tree, "-m", "x"))
    folder.mkdir()
    seen = revisit(Project(paths=(shop,), root=shop), "hostile", folder)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return files, seen.exported.notes


def test_no_name_leads_out_of_the_folder(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    blob = git(shop, "hash-object", "-w", "--stdin", data=b"x = 1\n")
    link = git(shop, "hash-object", "-w", "--stdin", data=b"/etc/passwd")
    up = mktree(shop, ("100644", blob, "evil.py"))
    hidden = mktree(shop, ("100644", blob, "hook.py"))
    tree = mktree(
        shop,
        ("40000", up, ".."),
        ("40000", hidden, ".git"),
        ("100644", blob, "a.py"),
        ("40000", up, "a.py"),
        ("120000", link, "link.py"),
        ("100644", blob, "notes.txt"),
        ("100755", blob, "run.py"),
    )
    base = tmp_path_factory.mktemp("export")
    files, notes = export(shop, tree, base / "inside")
    assert files == ["a.py", "run.py"]
    assert not (base / "evil.py").exists()
    assert any("../evil.py" in note for note in notes)


def test_nothing_of_the_repository_runs(shop: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    trap = tmp_path_factory.mktemp("trap") / "sprung"
    command = f"touch {trap}"
    (shop / ".gitattributes").write_text("*.py filter=evil diff=evil\n", encoding="utf-8")
    for key in (
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.textconv",
        "core.pager",
        "core.fsmonitor",
        "core.sshCommand",
        "core.editor",
        "uploadpack.packObjectsHook",
    ):
        git(shop, "config", key, command)
    hooks = shop / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    assert run("diff", "before").status == 0
    assert not trap.exists()


def test_an_object_that_is_missing_is_not_fetched(
    shop: Path, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    trap = tmp_path_factory.mktemp("trap") / "sprung"
    blob = git(shop, "rev-parse", "HEAD:shop.py")
    (shop / ".git/objects" / blob[:2] / blob[2:]).unlink()
    git(shop, "config", "remote.origin.url", f"ext::sh -c 'touch {trap}'")
    git(shop, "config", "remote.origin.promisor", "true")
    git(shop, "config", "protocol.ext.allow", "always")
    git(shop, "config", "extensions.partialClone", "origin")
    ran = run("diff", "HEAD")
    assert not trap.exists()
    assert ran.status in (1, 2)


def test_submodules_are_compared_in_neither(shop: Path, run: Run) -> None:
    head = git(shop, "rev-parse", "HEAD")
    git(shop, "update-index", "--add", "--cacheinfo", f"160000,{head},lib")
    git(shop, "commit", "-q", "-m", "submodule")
    (shop / "lib").mkdir()
    (shop / "lib/inside.py").write_text(AFTER, encoding="utf-8")
    ran = run("diff", "HEAD")
    assert ran.status == 0
    assert "lib is a submodule" in ran.err
