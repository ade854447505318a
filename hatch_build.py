"""Compiles the analysis into the wheel, for whoever asks for it: ``PRIVLINT_COMPILE=1 python -m build --wheel``.

Without that the wheel is the pure one that runs anywhere.  ``PRIVLINT_COMPILE`` may also list the files to compile.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What one function or call after the other goes through; what runs once at the end gains little.
COMPILED = ("privlint/flow/*.py", "privlint/flow/models/*.py")


class CompileHook(BuildHookInterface[Any]):
    """Adds what mypyc makes of some modules beside these modules, which stay what they are."""

    def _asked(self) -> list[str]:
        """The files to be compiled, relative to the root."""
        asked = os.environ.get("PRIVLINT_COMPILE", "")
        if asked in ("", "0") or self.target_name != "wheel":
            return []
        patterns = COMPILED if asked == "1" else tuple(asked.split(","))
        return sorted(str(path.relative_to(self.root)) for each in patterns for path in Path(self.root).glob(each))

    def dependencies(self) -> list[str]:
        """What a build in an environment of its own needs: mypyc, and what the compiled modules import."""
        return ["mypy>=1.15", "setuptools", *self.metadata.core.dependencies] if self._asked() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and have the wheel take what came of it, tagged for this Python and machine."""
        files = self._asked()
        if not files or version == "editable":
            return
        self.folder = tempfile.TemporaryDirectory(prefix="privlint-")
        built = Path(_compiled(files, self.root, self.folder.name))
        for path in built.rglob("*"):
            if path.is_file():
                build_data["force_include"][str(path)] = path.relative_to(built).as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Drop what is in the wheel now."""
        if hasattr(self, "folder"):
            self.folder.cleanup()


def _compiled(files: list[str], root: str, folder: str) -> str:
    """Compile files into a folder that has them in their packages."""
    from mypyc.build import mypycify
    from setuptools import Distribution  # type: ignore[import-untyped]

    before = os.getcwd()
    os.chdir(root)  # mypyc names modules by their paths
    try:
        checks = ["--config-file=", "--strict", "--ignore-missing-imports", "--disable-error-code=import-untyped"]
        modules = mypycify([*checks, *files], opt_level="2", debug_level="0", multi_file=True, target_dir=folder)
        build = Distribution({"name": "privlint", "ext_modules": modules}).get_command_obj("build_ext")
        build.build_lib, build.build_temp = os.path.join(folder, "lib"), os.path.join(folder, "temp")
        build.ensure_finalized()
        build.run()
    finally:
        os.chdir(before)
    return os.path.join(folder, "lib")
