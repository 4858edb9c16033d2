"""Everything that Python says of a manifest's code names the manifest's own lines and columns."""

import pytest

from flink_runner.description import Code
from flink_runner.failure import code_error
from flink_runner.source import compile_code, output_line
from flink_runner.space import Space


def code(text: str, *, line: int = 14, column: int | None = 3, lines: list[int] | None = None) -> Code:
    count = len(text.split("\n"))
    return Code(text, "jobs/clicks.yaml", tuple(lines or range(line, line + count)), column, "__query")


def error_of(given: Code) -> dict:
    space = Space()
    with space.entered(), pytest.raises((Exception, SystemExit)) as raised:
        space.run(given, {})
    # The frame of this test is not part of what a user sees.
    return code_error(raised.value, given).answer


RUNTIME = {
    "the first line": ("1 / 0", 14, "ZeroDivisionError: division by zero"),
    "the last line of many": ("x = 1\n\n\ny = x / 0\n", 17, "ZeroDivisionError: division by zero"),
    "a missing name": ("x = 1\ny = z", 15, "NameError: name 'z' is not defined"),
    "a missing module": ("import os\nimport nope_nope", 15, "ModuleNotFoundError: No module named 'nope_nope'"),
    "a statement over several lines": ("x = [\n  1,\n  2 / 0,\n]", 16, "ZeroDivisionError: division by zero"),
    "a call over several lines": ("def f(a):\n  return a.b\nf(\n  1\n)", 15, None),
    "a nested function": ("def f():\n  def g():\n    raise ValueError('x')\n  g()\nf()", 16, "ValueError: x"),
    "a lambda": ("f = lambda: 1 / 0\n\nf()", 14, "ZeroDivisionError: division by zero"),
    "a method of a class": ("class A:\n  def m(self):\n    return self.n\nA().m()", 16, None),
    "a comprehension": ("x = [1]\ny = [\n  a / 0\n  for a in x\n]", 16, "ZeroDivisionError: division by zero"),
    "an f-string over several lines": ("x = 0\ny = f'''a\n{1 / x}\n'''", 16, "ZeroDivisionError: division by zero"),
    "a decorator": ("def d(f):\n  raise KeyError('k')\n\n@d\ndef g(): pass", 15, "KeyError: 'k'"),
    "a match": ("match 1:\n  case 1:\n    raise ValueError('x')", 16, "ValueError: x"),
    "an exception raised from another": (
        "try:\n  1 / 0\nexcept ZeroDivisionError as e:\n  raise ValueError('outer') from e",
        17,
        "ValueError: outer",
    ),
    "an exception without text": ("class E(Exception): pass\nraise E", 15, "E"),
    "an exit": ("import sys\nsys.exit(3)", 15, "SystemExit: 3"),
    "exec of another text": ("exec('1 / 0')", 14, "ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize(("text", "line", "message"), RUNTIME.values(), ids=RUNTIME.keys())
def test_an_exception_names_the_line_of(text: str, line: int, message: str | None) -> None:
    found = error_of(code(text))
    assert (found["part"], found["file"], found["line"]) == ("code", "jobs/clicks.yaml", line)
    if message:
        assert found["message"] == message


SYNTAX = {
    "an open bracket": ("x = 1\ny = (", 15, 7),
    "a wrong word": ("x = 1\nfor for", 15, 7),
    "a wrong indentation": ("x = 1\n  y = 2", 15, None),
    "a tab": ("if 1:\n  x = 1\n\ty = 2", 16, None),
    "an open string": ("x = 'abc", 14, 7),
    "a return outside a function": ("x = 1\n\nreturn x", 16, 3),
    "an await outside a function": ("x = 1\nawait x", 15, 3),
    "a name that is global and local": ("def f():\n  x = 1\n  global x", 16, 5),
    "an end that comes too early": ("def f():\n", 14, None),
    "a null byte": ("x = 1\ny = '\0'", None, None),
}


@pytest.mark.parametrize(("text", "line", "column"), SYNTAX.values(), ids=SYNTAX.keys())
def test_a_syntax_error_names_the_place_of(text: str, line: int | None, column: int | None) -> None:
    found = error_of(code(text))
    assert (found["part"], found["file"]) == ("code", "jobs/clicks.yaml")
    assert 14 <= found["line"] <= 14 + text.count("\n")
    assert line in (None, found["line"])
    assert column in (None, found.get("column"))


def test_lines_of_a_folded_text_are_mapped_one_by_one() -> None:
    folded = code("x = 1\ny = 0\nz = x / y", lines=[14, 16, 19], column=None)
    found = error_of(folded)
    assert found["line"] == 19
    assert "column" not in found
    assert error_of(code("x = 1\ny = (", lines=[14, 20], column=None))["line"] == 20


def test_columns_are_those_of_the_manifest() -> None:
    found = error_of(code("x = 1\ny = x + nope", column=5))
    # Python 3.10 keeps no columns.
    assert found.get("column", 13) == 13


def test_functions_keep_the_manifests_place_for_tracebacks_on_the_cluster() -> None:
    names: dict = {}
    exec(compile_code(code("\n\ndef f():\n  pass")), names)
    assert (names["f"].__code__.co_filename, names["f"].__code__.co_firstlineno) == ("jobs/clicks.yaml", 16)


OUTPUTS = {
    "the only assignment": ("x = 1\nexecution_output = x", 15),
    "the last of several": ("execution_output = 1\nx = 2\nexecution_output = 3\nx = 4", 16),
    "one in a branch": ("if True:\n  execution_output = 1", 15),
    "one of several targets": ("a, execution_output = 1, 2", 14),
    "none: the first line": ("x = 1\ny = 2", 14),
    "one that only reads: the first line": ("x = 1\nprint(execution_output)", 14),
}


@pytest.mark.parametrize(("text", "line"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_the_line_of_the_output_is(text: str, line: int) -> None:
    assert output_line(code(text)) == line
