"""The tools behind ``make real``: what they refuse, what they draw, what they write.  No network, no run."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.real import draw, fetch, measure, results, run
from tests.real.apps import App, AppsError, Plan, chosen, load
from tests.real.judgements import Judgement, JudgementError, parse

APP = App(name="shop", about="web shop", version="1.0", file="shop-1.0-py3-none-any.whl", sha256="0" * 64)


def finding(number: int, code: str = "PRV301", confidence: str = "high") -> dict[str, Any]:
    """A finding as privlint's JSON report has it."""
    place = {"path": "shop/views.py", "line": number, "column": 5, "endLine": number, "endColumn": 9}
    return {
        "code": code,
        "message": f"finding {number}",
        "location": place,
        "properties": {"dataTypes": ["contact.email"], "confidence": confidence},
        "flows": [[{"location": place, "message": "read here"}]],
        "fingerprint": f"{number:032x}:1",
    }


def run_with(*findings: Mapping[str, Any], status: int = 1) -> measure.Run:
    """A run with these findings."""
    return measure.Run(APP, status, 2.0, 100.0, 10, 1000, tuple(dict(one) for one in findings), "")


def wheel_of(path: Path, members: Mapping[str, bytes]) -> Path:
    """A wheel with these members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


class TestPlan:
    def test_the_plan_of_the_project_is_sound(self) -> None:
        plan = load()
        assert {"pretix", "indico", "apache-superset"} <= {app.name for app in plan.apps}
        assert plan.draw >= 30
        assert plan.seed

    def test_names_choose(self) -> None:
        assert [app.name for app in chosen(load(), ["indico"])] == ["indico"]
        with pytest.raises(AppsError, match="nowhere"):
            chosen(load(), ["nowhere"])

    @pytest.mark.parametrize(
        ("key", "value"),
        [("name", "../shop"), ("sha256", "abc"), ("file", "../shop.whl"), ("file", "shop-1.0.tar.gz")],
    )
    def test_an_entry_that_leads_elsewhere_is_refused(self, tmp_path: Path, key: str, value: str) -> None:
        entry = {"name": APP.name, "about": "", "version": "1.0", "file": APP.file, "sha256": APP.sha256, key: value}
        lines = "".join(f'{name} = "{text}"\n' for name, text in entry.items())
        plan = tmp_path / "apps.toml"
        plan.write_text(f'seed = "1"\ndraw = 1\n[[app]]\n{lines}', encoding="utf-8")
        with pytest.raises(AppsError):
            load(plan)


class TestUnpacking:
    def test_only_python_files_come_out(self, tmp_path: Path) -> None:
        wheel = wheel_of(tmp_path / "a.whl", {"shop/a.py": b"x = 1\n", "shop/static/a.js": b"", "shop/data.json": b""})
        target = tmp_path / "source" / "shop"
        assert fetch.unpack(wheel, target) == 1
        assert (target / "shop" / "a.py").read_bytes() == b"x = 1\n"
        assert sorted(path.name for path in target.rglob("*")) == [".git", "a.py", "shop"]

    def test_an_earlier_unpacking_is_replaced(self, tmp_path: Path) -> None:
        target = tmp_path / "source"
        fetch.unpack(wheel_of(tmp_path / "a.whl", {"old.py": b""}), target)
        fetch.unpack(wheel_of(tmp_path / "b.whl", {"new.py": b""}), target)
        assert [path.name for path in target.glob("*.py")] == ["new.py"]

    @pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "shop/../../evil.py", "c:/evil.py", "..\\evil.py"])
    def test_names_that_lead_out_are_refused(self, tmp_path: Path, name: str) -> None:
        wheel = wheel_of(tmp_path / "a.whl", {"shop/a.py": b"", name: b"evil"})
        with pytest.raises(fetch.FetchError, match="leads out"):
            fetch.unpack(wheel, tmp_path / "in" / "source")
        assert not list(tmp_path.rglob("evil.py"))

    def test_links_are_refused(self, tmp_path: Path) -> None:
        link = zipfile.ZipInfo("shop/link.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
            archive.writestr(link, "/etc/passwd")
        with pytest.raises(fetch.FetchError, match="not a plain file"):
            fetch.unpack(tmp_path / "a.whl", tmp_path / "source")

    def test_huge_files_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fetch, "MAX_FILE", 10)
        with pytest.raises(fetch.FetchError, match="more than 10 bytes"):
            fetch.unpack(wheel_of(tmp_path / "a.whl", {"a.py": b"x" * 11}), tmp_path / "source")

    def test_another_wheel_than_the_pinned_one_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tests.real.apps.BUILD", tmp_path)
        APP.wheel.parent.mkdir(parents=True)
        wheel_of(APP.wheel, {"a.py": b""})
        with pytest.raises(fetch.FetchError, match="SHA-256"):
            fetch.download(APP)


class TestDraw:
    def test_the_same_seed_draws_the_same(self) -> None:
        found = [draw.Drawn("shop", finding(number)) for number in range(1, 100)]
        first, again = draw.draw(found, "a", 30), draw.draw(reversed(found), "a", 30)
        assert first == again
        assert len(first) == 30
        assert draw.draw(found, "b", 30) != first

    def test_a_finding_that_goes_leaves_the_rest_of_the_draw(self) -> None:
        found = [draw.Drawn("shop", finding(number)) for number in range(1, 100)]
        drawn = draw.draw(found, "a", 30)
        without = draw.draw([one for one in found if one != drawn[7]], "a", 30)
        assert [one for one in without if one in drawn] == [*drawn[:7], *drawn[8:]]
        assert len(without) == 30

    def test_files_that_cannot_be_parsed_are_not_drawn(self) -> None:
        assert draw.draw([draw.Drawn("shop", finding(1, code="PRV001"))], "a", 30) == []

    def test_the_sheet_names_places_and_ways_without_code(self) -> None:
        sheet = draw.sheet([draw.Drawn("shop", finding(7))], "a")
        assert sheet["seed"] == "a"
        assert sheet["findings"][0]["place"] == "shop/views.py:7"
        assert sheet["findings"][0]["flows"] == [["shop/views.py:7: read here"]]

    def test_an_excerpt_marks_its_line_and_stays_in_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "source").mkdir()
        (tmp_path / "secret.py").write_text("secret\n", encoding="utf-8")
        (tmp_path / "source" / "a.py").write_text("one\ntwo\nthree\nfour\n", encoding="utf-8")
        text = draw.excerpt(tmp_path / "source", "a.py", 2, around=1)
        assert text.splitlines() == ["      1 one", ">     2 two", "      3 three"]
        assert draw.excerpt(tmp_path / "source", "../secret.py", 1) == ""
        assert draw.excerpt(tmp_path / "source", "missing.py", 1) == ""

    def test_a_fence_is_longer_than_those_in_the_code(self) -> None:
        assert draw.fenced("a\n```\nb").startswith("````\n")


class TestJudgements:
    def test_verdicts_are_read(self) -> None:
        judged = parse("shop:\n  abc:1: {verdict: false, why: a file\n    name}\n")
        assert judged == {("shop", "abc:1"): Judgement(False, "a file name")}
        assert parse("# nothing yet\n") == {}

    @pytest.mark.parametrize(
        "text",
        [
            "[]",
            "shop: []",
            "shop: {a: true}",
            "shop: {a: {verdict: true}}",
            "shop: {a: {verdict: true, why: ' '}}",
            "shop: {a: {verdict: maybe, why: x}}",
            "shop: {a: {verdict: true, why: x, by: y}}",
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(JudgementError):
            parse(text)


class TestMeasuring:
    def test_status_and_memory_of_one_process(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(2)"])
        status, kibibytes = measure.wait(process, time.monotonic() + 60)
        assert status == 2
        assert kibibytes > 1000

    def test_a_run_past_its_limit_is_stopped(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        status, _ = measure.wait(process, time.monotonic() - 1)
        assert status == measure.UNFINISHED

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
    def test_a_broken_report_is_an_empty_one(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "report.json").write_text(text, encoding="utf-8")
        assert measure.read_report(tmp_path / "report.json")["results"] == []
        assert measure.read_report(tmp_path / "missing.json")["results"] == []

    @pytest.mark.parametrize(("status", "crashed"), [(0, False), (1, False), (2, True), (-9, True)])
    def test_what_counts_as_a_crash(self, status: int, crashed: bool) -> None:
        assert run_with(status=status).crashed is crashed


class TestPage:
    def test_figures_and_verdicts(self) -> None:
        run = run_with(finding(1), finding(2, confidence="low"), finding(3, code="PRV001"))
        drawn = draw.draw([draw.Drawn("shop", one) for one in run.findings], "a", 30)
        judged = {
            ("shop", f"{1:032x}:1"): Judgement(True, "it is an address"),
            ("shop", f"{2:032x}:1"): Judgement(False, "a | b"),
        }
        page = results.render([run], drawn, judged, "a", "machine")
        assert "Judged: 2 of 2; true: 1 (50%); false: 1." in page
        assert "| shop | web shop | 1.0 | 10 | 1000 | 2.0 | 500 | 100 | 3 | 1 |" in page
        assert "No run failed. Files that could not be parsed (PRV001): 1." in page
        assert "| PRV301 | 2 | 2 |" in page
        assert "a \\| b" in page

    def test_what_nobody_has_judged_is_said_to_be_so(self) -> None:
        drawn = [draw.Drawn("shop", finding(1))]
        page = results.render([run_with(finding(1))], drawn, {}, "a", "machine")
        assert "Judged: 0 of 1; true: 0; false: 0." in page
        assert results.NOT_JUDGED in page

    def test_a_crash_is_named(self) -> None:
        page = results.render([run_with(status=2)], [], {}, "a", "machine")
        assert "Failed: shop." in page

    def test_a_path_cannot_break_out_of_its_cell(self) -> None:
        assert results.table(["a"], [["x | y\n<b>"]]) == "| a |\n| --- |\n| x \\| y \\<b\\> |\n"


class TestMakeReal:
    """The whole way, with a process that leaves a report in privlint's place."""

    @pytest.fixture(autouse=True)
    def folders(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        report = {"summary": {"files": 3, "lines": 70}, "results": [finding(1), finding(2)]}

        def command(output: Path) -> list[str]:
            text = (
                f"import pathlib; pathlib.Path({str(output)!r}).write_text({json.dumps(report)!r}); raise SystemExit(1)"
            )
            return [sys.executable, "-c", text]

        for name, value in (("BUILD", tmp_path), ("HERE", tmp_path), ("REPORTS", tmp_path / "reports")):
            monkeypatch.setattr(run, name, value)
        monkeypatch.setattr(run, "MEASURES", tmp_path / "measures.json")
        monkeypatch.setattr(run, "load", lambda: Plan("a", 30, (APP,)))
        monkeypatch.setattr("tests.real.apps.BUILD", tmp_path)
        monkeypatch.setattr("tests.real.judgements.load", lambda: {("shop", f"{1:032x}:1"): Judgement(True, "it is")})
        monkeypatch.setattr(measure, "command", command)
        (APP.source / "shop").mkdir(parents=True)
        (APP.source / "shop" / "views.py").write_text("log(email)\n", encoding="utf-8")
        return tmp_path

    def test_it_measures_draws_and_writes(self, folders: Path) -> None:
        assert run.main([]) == 0
        page = (folders / "RESULTS.md").read_text(encoding="utf-8")
        assert "| shop | web shop | 1.0 | 3 | 70 |" in page
        assert "Judged: 1 of 2; true: 1 (100%); false: 0." in page
        assert len(json.loads((folders / "sample.json").read_text(encoding="utf-8"))["findings"]) == 2
        assert "> " in (folders / "worksheet.md").read_text(encoding="utf-8")

    def test_again_takes_the_last_measurements(self, folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        run.main([])
        first = (folders / "RESULTS.md").read_text(encoding="utf-8")
        monkeypatch.setattr(measure, "command", lambda output: [sys.executable, "-c", "raise SystemExit(2)"])
        assert run.main(["--again"]) == 0
        assert (folders / "RESULTS.md").read_text(encoding="utf-8") == first

    def test_a_part_of_the_plan_writes_no_page(self, folders: Path) -> None:
        assert run.main(["shop"]) == 0
        assert not (folders / "RESULTS.md").exists()

    def test_a_crash_is_an_exit_status(self, folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(measure, "command", lambda output: [sys.executable, "-c", "raise SystemExit(2)"])
        assert run.main([]) == 1
        assert "Failed: shop." in (folders / "RESULTS.md").read_text(encoding="utf-8")

    def test_what_is_not_there_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run.main(["--again"]) == 2
        assert run.main(["nowhere"]) == 2
        assert "nowhere" in capsys.readouterr().err
