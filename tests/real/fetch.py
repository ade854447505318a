"""Download the applications' wheels from the package index, check them, and unpack their Python files.

``python -m tests.real.fetch [NAME...]``.  Nothing is installed, built or imported.  A wheel comes from elsewhere: its
digest has to be the pinned one, and no name in it may lead out of the folder that it is unpacked into.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from tests.real.apps import App, AppsError, chosen, load

MAX_FILE = 20 * 2**20  # bytes of one Python file
MAX_TOTAL = 500 * 2**20  # bytes of all Python files of a wheel


class FetchError(RuntimeError):
    """An application cannot be had as it is pinned."""


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def download(app: App) -> Path:
    """The wheel, downloaded where it is not there yet; raises :class:`FetchError` where it is another one."""
    wheel = app.wheel
    if not wheel.is_file():
        wheel.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=wheel.parent) as folder:
            ask_index(app, Path(folder))
            got = sorted(Path(folder).glob("*.whl"))
            if [path.name for path in got] != [app.file]:
                raise FetchError(f"{app.name}: {app.file} expected, got {[path.name for path in got]}")
            got[0].replace(wheel)
    actual = digest_of(wheel)
    if actual != app.sha256:
        raise FetchError(f"{wheel}: SHA-256 is {actual}, pinned is {app.sha256}")
    return wheel


def ask_index(app: App, folder: Path) -> None:
    """Have pip put the wheel into ``folder``; it is only read, so the Python that it wants does not matter."""
    wanted = folder / "requirement.txt"
    wanted.write_text(f"{app.name}=={app.version} --hash=sha256:{app.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--ignore-requires-python", "--require-hashes", "--dest", str(folder)]
    done = subprocess.run([*command, "--requirement", str(wanted)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FetchError(f"{app.name} {app.version}: pip download failed\n{done.stderr.strip()}")


def is_wanted(member: zipfile.ZipInfo) -> bool:
    """Whether a member of a wheel is a Python file; raises :class:`FetchError` where its name leads elsewhere."""
    path = PurePosixPath(member.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in path.parts[0]:
        raise FetchError(f"a name that leads out of the wheel: {member.filename!r}")
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FetchError(f"not a plain file: {member.filename!r}")
    return path.suffix == ".py" and not member.is_dir()


def unpack(wheel: Path, target: Path) -> int:
    """Unpack the Python files of a wheel into ``target``, replacing it, and return how many there are.

    An empty ``.git`` marks the folder as a repository of its own, so that neither the ignore rules nor a
    declaration of the folders above it apply.
    """
    partial = target.with_name(target.name + ".partial")
    for folder in (partial, target):
        shutil.rmtree(folder, ignore_errors=True)
    (partial / ".git").mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        members = [member for member in archive.infolist() if is_wanted(member)]
        if max((member.file_size for member in members), default=0) > MAX_FILE:
            raise FetchError(f"{wheel.name}: a Python file of more than {MAX_FILE} bytes")
        if sum(member.file_size for member in members) > MAX_TOTAL:
            raise FetchError(f"{wheel.name}: more than {MAX_TOTAL} bytes of Python")
        for member in members:
            file = partial / member.filename
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(member))
    partial.rename(target)
    return len(members)


def fetch(app: App) -> Path:
    """The folder with the application's Python files, which are downloaded and unpacked where they are missing."""
    if not app.source.is_dir():
        count = unpack(download(app), app.source)
        print(f"{app.name} {app.version}: {count} Python files")
    return app.source


def main(names: list[str]) -> int:
    """Fetch the named applications, or all; 0 where that worked, else 2."""
    try:
        for app in chosen(load(), names):
            fetch(app)
    except (AppsError, FetchError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
