"""A wheel with compiled modules: made where it is asked for, and finds what the pure one finds."""

from __future__ import annotations

import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.integration.conftest import done, run

pytest.importorskip("mypyc")
pytest.importorskip("setuptools")

APP = "import logging\n\n\ndef sign_up(email):\n    logging.info('new: %s', email)\n"


@pytest.mark.slow
@pytest.mark.skipif(not sysconfig.get_config_var("CC"), reason="needs a compiler")
def test_a_compiled_wheel_finds_a_leak(release: Path, tmp_path: Path) -> None:
    # The domain of values is enough to see that all works together; all that is meant to be compiled takes minutes.
    folder = tmp_path / "dist"
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, release)
    done(build, release, PRIVLINT_COMPILE="privlint/flow/values.py,privlint/flow/limits.py")
    (wheel,) = folder.glob("*.whl")
    assert "none-any" not in wheel.name
    home = tmp_path / "home"
    zipfile.ZipFile(wheel).extractall(home)
    assert not list(release.rglob("*.so"))
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")

    where = done(
        [sys.executable, "-c", "from privlint.flow import values as v; print(v.__file__)"],
        tmp_path,
        PYTHONPATH=str(home),
    )
    assert Path(where.strip()).is_relative_to(home)
    assert not where.strip().endswith(".py")
    result = run([sys.executable, "-m", "privlint", "check", "app.py", "--no-cache"], tmp_path, PYTHONPATH=str(home))
    assert "app.py:5:" in result.stdout, result.stdout
    assert "PRV301" in result.stdout
