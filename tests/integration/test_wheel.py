"""The wheel: what is in it, and that it works where it is installed, away from the checkout."""

from __future__ import annotations

import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import privlint
from tests.integration.conftest import done, run


@pytest.fixture(scope="session")
def wheel(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout as it is now."""
    folder = tmp_path_factory.mktemp("wheel")
    done([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, release], release)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_has_the_rule_packs_and_the_marker_of_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "privlint/py.typed" in names
    assert any(name.startswith("privlint/_rules/data/") for name in names)
    assert any(name.startswith("privlint/_rules/recipients/") for name in names)
    assert not any(name.startswith(("tests/", "fixtures/", "rules/")) for name in names)


def test_an_installed_wheel_finds_a_leak(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    target = done([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], tmp_path).strip()
    # Its requirements are those of this environment; privlint itself is the wheel's, which stands first.
    (Path(target) / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    zipfile.ZipFile(wheel).extractall(target)
    app = tmp_path / "app.py"
    app.write_text("import logging\n\n\ndef sign_up(email):\n    logging.info('new: %s', email)\n", encoding="utf-8")

    where = done([python, "-c", "import privlint; print(privlint.__file__)"], tmp_path).strip()
    assert Path(where).is_relative_to(home)
    assert privlint.__version__ in done([python, "-m", "privlint", "--version"], tmp_path)
    result = run([python, "-m", "privlint", "check", "app.py"], tmp_path)
    assert result.returncode == 1, result.stdout
    assert "app.py:5:" in result.stdout
    assert "PRV301" in result.stdout
