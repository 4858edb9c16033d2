"""One job's Python leaves nothing behind for the next, and hides nothing of what a user's program expects."""

import json
import os
import sys
from pathlib import Path

import pytest

from flink_runner.description import Code
from flink_runner.failure import code_error
from flink_runner.space import Space, local_files


def code(text: str) -> Code:
    return Code(text, "jobs/clicks.yaml", tuple(range(14, 15 + text.count("\n"))), 3, "__query")


def run(text: str, space: Space | None = None, **names: object) -> dict:
    space = space or Space()
    with space.entered():
        return dict(space.run(code(text), names))


def test_code_sees_a_programs_own_names_and_what_it_is_given() -> None:
    found = run("seen = sorted(globals())", stream_env=1, table_env=2)["seen"]
    assert [name for name in found if not name.startswith("__")] == ["stream_env", "table_env"]
    assert set(run("import sys, __main__\nsame = __main__.__dict__ is globals()")) >= {"same"}
    assert run("import __main__\nsame = __main__.__dict__ is globals()")["same"] is True
    assert run("name, file = __name__, __file__")["file"] == "jobs/clicks.yaml"


def test_names_of_one_job_are_not_seen_by_the_next() -> None:
    assert run("left = 1")["left"] == 1
    with pytest.raises(NameError):
        run("left")


@pytest.fixture
def two_folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "functions.py").write_text(f"def who():\n    return {name!r}\n\ndef bad():\n    1 / 0\n")
    return tmp_path / "one", tmp_path / "two"


def test_modules_of_one_name_are_told_apart(two_folders: tuple[Path, Path]) -> None:
    text = "import functions\nfound = functions.who()"
    single, folder = Space(str(two_folders[0] / "functions.py")), Space(f"file://{two_folders[1]}")
    assert [run(text, space)["found"] for space in (single, folder, single)] == ["one", "two", "one"]
    assert "functions" not in sys.modules


def test_a_job_that_is_entered_again_finds_its_own_modules(two_folders: tuple[Path, Path]) -> None:
    first, other = Space(str(two_folders[0])), Space(str(two_folders[1]))
    before = run("import functions", first)["functions"]
    assert run("import functions", other)["functions"] is not before
    assert run("import functions", first)["functions"] is before


def test_a_single_file_does_not_bring_its_neighbours(two_folders: tuple[Path, Path]) -> None:
    (two_folders[0] / "beside.py").write_text("x = 1")
    with pytest.raises(ModuleNotFoundError):
        run("import beside", Space(str(two_folders[0] / "functions.py")))


def test_an_exception_in_an_imported_module_names_the_call_in_the_manifest(two_folders: tuple[Path, Path]) -> None:
    text = "import functions\n\ndef go():\n  functions.bad()\n\ngo()"
    with pytest.raises(ZeroDivisionError) as raised:
        run(text, Space(str(two_folders[0])))
    found = code_error(raised.value, code(text)).answer
    assert (found["file"], found["line"]) == ("jobs/clicks.yaml", 17)
    assert [(Path(step["file"]).name, step["line"], step["function"]) for step in found["trace"]] == [
        ("clicks.yaml", 19, "<module>"),
        ("clicks.yaml", 17, "go"),
        ("functions.py", 5, "bad"),
    ]


def test_a_syntax_error_in_an_imported_module_names_the_import(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = (\n")
    with pytest.raises(SyntaxError) as raised:
        run("x = 1\nimport broken", Space(str(tmp_path)))
    found = code_error(raised.value, code("x = 1\nimport broken")).answer
    assert found["line"] == 15
    assert "broken.py, line 1" in found["message"]


def test_what_code_changes_around_it_is_put_back(tmp_path: Path) -> None:
    before = (dict(os.environ), os.getcwd(), list(sys.argv), list(sys.path), list(sys.meta_path), sys.stdout)
    text = f"""import os, sys
os.environ["LEFT"] = "x"
os.chdir({str(tmp_path)!r})
sys.argv.append("left")
sys.path.insert(0, "left")
sys.stdout = None
1 / 0
"""
    with pytest.raises(ZeroDivisionError):
        run(text, Space(str(tmp_path)))
    assert before == (dict(os.environ), os.getcwd(), list(sys.argv), list(sys.path), list(sys.meta_path), sys.stdout)


def test_prints_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    run("print('hello')")
    assert capsys.readouterr() == ("", "hello\n")


def test_nothing_is_written_beside_a_users_module(two_folders: tuple[Path, Path], monkeypatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    run("import functions", Space(str(two_folders[0])))
    assert os.listdir(two_folders[0]) == ["functions.py"]


FILES = {
    "nothing": (None, []),
    "an empty text": ("", []),
    "a path": ("/a/b.py", ["/a/b.py"]),
    "several": (" /a/b.py, c ", ["/a/b.py", "c"]),
    "a URL with a space": ("file:///a%20b/c.zip", ["/a b/c.zip"]),
    "one that only the cluster can read": ("s3://bucket/a.py,/b", ["/b"]),
}


@pytest.mark.parametrize(("option", "paths"), FILES.values(), ids=FILES.keys())
def test_local_files_of(option: str | None, paths: list[str]) -> None:
    assert [str(path) for path in local_files(option)] == paths


def test_the_pure_half_needs_no_pyflink() -> None:
    assert "pyflink" not in json.dumps(sorted(sys.modules))
