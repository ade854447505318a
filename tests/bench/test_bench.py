"""The parts of the benchmark that need neither the package index nor any time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.bench import bare, growth, measure, results, run, tools


class TestGrowth:
    @pytest.mark.parametrize("number", [0, 1, 10, growth.FOLDER])
    def test_units_are_python(self, number: int) -> None:
        tree = ast.parse(growth.unit(number))
        assert any(isinstance(node, ast.ClassDef) for node in tree.body)
        assert any(isinstance(node, ast.ImportFrom) for node in tree.body) == (number % growth.FOLDER != 0)

    def test_a_program_has_the_size_that_was_asked_for(self, tmp_path: Path) -> None:
        lines, files = growth.write(tmp_path, 1000)
        assert 1000 <= lines < 1300
        assert len(list(tmp_path.rglob("unit*.py"))) == files

    def test_a_made_up_program_has_findings(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from privlint import engine
        from privlint.model.project import Project

        growth.write(tmp_path, 300)
        monkeypatch.chdir(tmp_path)
        assert "PRV301" in {result.code for result in engine.check(Project((Path(),), jobs=1)).results}


class TestTools:
    def place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tools.Place:
        monkeypatch.setattr(tools, "BUILD", tmp_path / "build")
        monkeypatch.setattr(tools, "run_quietly", lambda *_: None)
        source = tmp_path / "source"
        source.mkdir()
        for number in range(12):
            (source / f"m{number + 1}.py").write_text("x = 1\n" * number, encoding="utf-8")
        return tools.Place.of("shop", source)

    def test_a_change_is_taken_back_before_the_next(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        place = self.place(tmp_path, monkeypatch)
        before = place.file.read_bytes()
        seen = set()
        for tool in tools.chosen(["privlint"]):
            tool.prepare(place)
            seen.add(place.file.read_bytes())
        assert len(seen) == 4, "unchanged, two comments, a function"
        next(tool for tool in tools.TOOLS if tool.name == "privlint warm").prepare(place)
        assert place.file.read_bytes() == before

    def test_the_compiled_wheel_is_measured_where_it_is_built(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = self.place(tmp_path, monkeypatch)
        monkeypatch.setattr(tools, "COMPILED", tmp_path / "python")
        assert "privlint compiled" not in {tool.name for tool in tools.chosen([])}
        tools.COMPILED.touch()
        (tool,) = tools.chosen(["privlint compiled"])
        assert tools.command_of(tool, place)[0] == str(tmp_path / "python")
        assert "PYTHONPATH" not in tools.environment(tool)

    def test_a_hook_names_three_files_and_the_others_the_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = self.place(tmp_path, monkeypatch)
        hook, warm = (tools.command_of(tools.chosen([name])[0], place) for name in ("privlint hook", "privlint warm"))
        assert hook[hook.index("check") + 1 :][:4] == ["--changed", "m10.py", "m11.py", "m12.py"]
        assert "." in warm and "." not in hook

    def test_names_choose_tools(self) -> None:
        assert [tool.name for tool in tools.chosen(["bare", "privlint warm"])] == ["bare", "privlint warm"]
        assert {tool.name for tool in tools.TOOLS} - {tool.name for tool in tools.chosen([])} <= {"privlint compiled"}
        with pytest.raises(ValueError, match="no tool is called"):
            tools.chosen(["mypy"])

    def test_every_peer_is_pinned(self) -> None:
        pinned = {line.split()[0] for line in tools.versions()}
        assert pinned == {tool.name for tool in tools.TOOLS if tool.peer}


def test_the_bare_parse_takes_the_largest_first() -> None:
    assert bare.chunks([(1, "a"), (bare.CHUNK, "b"), (2, "c")]) == [["b"], ["c", "a"]]


def test_the_page_has_medians_and_ratios() -> None:
    taken = [
        measure.Taken("shop", tool, wall, wall * 2, 50, 0)
        for tool, wall in [("bare", 2.0), ("start", 0.1), ("privlint cold", 4.0), ("privlint warm", 0.2)]
        for wall in (wall, wall, wall * 9)
    ]
    sizes = [results.Size("shop", 10, 1000, 40_000, 20_000)]
    page = results.render(measure.summarise(taken), sizes, [growth.Point(10_000, 9, 1, 2, 350, 0)], "a machine", 3)
    assert "| privlint cold | 2.00 | 2.00 | 4.00 | 8.00 | 50 |" in page
    assert "| privlint warm | 0.10 (2.00) | 0.10 (2.00) |" in page
    assert "0.50 bytes for each byte" in page
    assert "| 10,000 | 9 | 1.0 | 2.0 | 20.0 | 350 | 20000 |" in page


def test_the_applications_are_pinned() -> None:
    assert [app.name for app in run.applications()] == [*run.FROM_REAL, "homeassistant"]
