"""The program as a process, as far as it goes without PyFlink."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).resolve().parent.parent
CODE = {"text": "x = 1\ny = (", "file": "jobs/clicks.yaml", "line": 14, "column": 3}


def run(argument: str, folder: Path, stdin: str = "") -> subprocess.CompletedProcess:
    env = {**os.environ, "PYTHONPATH": str(RUNNER), "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "flink_runner", argument]
    return subprocess.run(command, env=env, input=stdin, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "tmp").mkdir()
    return tmp_path / "tmp"


def test_code_is_checked_without_java_and_nothing_is_left(tmp_path: Path, scratch: Path) -> None:
    good = {"do": "check", "job": "good", "code": {**CODE, "text": "import nope_nope"}, "insert": "INSERT …"}
    jobs = [{"do": "check", "job": "bad", "code": CODE, "insert": "INSERT …"}, good]
    results = tmp_path / "results"
    given = tmp_path / "description.json"
    given.write_text(json.dumps({"format": 1, "results": {"file": str(results)}, "jobs": jobs}))
    ended = run(str(given), scratch)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")
    bad, good = [json.loads(line) for line in results.read_text().splitlines()]
    assert (bad["error"]["file"], bad["error"]["line"], bad["error"]["column"]) == ("jobs/clicks.yaml", 15, 7)
    assert good["ok"] is True
    assert stat.S_IMODE(results.stat().st_mode) == 0o600
    assert os.listdir(scratch) == []


def test_a_process_that_waits_for_requests_checks_without_java_too(scratch: Path) -> None:
    check = {"do": "check", "job": "bad", "code": CODE, "insert": "INSERT …"}
    lines = [{"format": 1, "results": {"fd": 1}}, check]
    ended = run("-", scratch, stdin="".join(json.dumps(line) + "\n" for line in lines))
    assert (ended.returncode, ended.stderr) == (1, "")
    assert json.loads(ended.stdout)["error"]["line"] == 15


WRONG = {
    "a description that is no JSON": ('{"password": "hunter2', 2, "error: the description is not JSON: "),
    "a description without results": ('{"format": 1, "jobs": ["hunter2"]}', 2, "error: results: must be an object\n"),
}


@pytest.mark.parametrize(("text", "code", "said"), WRONG.values(), ids=WRONG.keys())
def test_it_ends_without_a_stack_on(text: str, code: int, said: str, tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "given").write_text(text)
    ended = run(str(tmp_path / "given"), scratch)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.startswith(said)
    assert "hunter2" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_is_called_with_one_argument() -> None:
    command = [sys.executable, "-m", "flink_runner"]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(RUNNER)}, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr[:6]) == (2, b"usage:")
