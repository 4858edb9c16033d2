"""How an answer tells what went wrong."""

import pytest

from flink_runner.description import DescriptionError, Request
from flink_runner.failure import JobError, sql_error, without_secrets, words_of
from flink_runner.java_trace import causes, place_in_sql, root_cause
from flink_runner.main import answer_one
from flink_runner.output import check_output

REQUEST = {"do": "submit", "job": "orders", "view": "CREATE …", "insert": "INSERT …", "secrets": ["s3cret", "s3cret+"]}

VALIDATION = """An error occurred while calling o12.executeSql.
: org.apache.flink.table.api.ValidationException: SQL validation failed. From line 2, column 8 to line 2, column 11: X
\tat org.apache.flink.table.planner.calcite.FlinkPlannerImpl.validate(FlinkPlannerImpl.scala:1)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: org.apache.calcite.runtime.CalciteContextException: From line 2, column 8 to line 2, column 11: Column 'a' …
\tat java.base/jdk.internal.reflect.Foo(Foo.java:1)
Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Column 'a' not found in any table
\t... 17 more
"""
PARSER = """org.apache.flink.table.api.SqlParserException: SQL parse failed. Encountered "tabel" at line 1, column 8.
Was expecting one of:
    "CATALOG" ...
\tat org.apache.flink.Foo(Foo.java:1)
Caused by: org.apache.calcite.sql.parser.SqlParseException: Encountered "tabel" at line 1, column 8.
Was expecting one of:
    "CATALOG" ...
\tat org.apache.flink.Foo(Foo.java:1)
"""
PROXY = """org.apache.flink.table.api.TableException: Cannot get it.
\tat org.apache.flink.Foo(Foo.java:1)
Caused by: org.apache.flink.api.python.shaded.py4j.Py4JException: An exception was raised by the Python Proxy. \
Return Message: Traceback (most recent call last):
  File "x.py", line 2466, in _call_proxy
    return_value = 1
ModuleNotFoundError: No module named 'functions'
\tat org.apache.flink.Foo(Foo.java:1)
"""
BARE = """java.lang.RuntimeException: java.lang.NullPointerException
\tat Foo.java
Caused by: java.lang.NullPointerException
\tat Foo.java
"""
ROOTS = {
    "the innermost cause": (VALIDATION, "Column 'a' not found in any table"),
    "the parser, without what it expected": (PARSER, 'Encountered "tabel" at line 1, column 8.'),
    "a Python function that Java called": (PROXY, "ModuleNotFoundError: No module named 'functions'"),
    "a class where there is no text": (BARE, "NullPointerException"),
}


@pytest.mark.parametrize(("trace", "message"), ROOTS.values(), ids=ROOTS.keys())
def test_the_words_are_those_of(trace: str, message: str) -> None:
    assert root_cause(trace) == message


def test_the_place_is_the_one_that_flink_names() -> None:
    assert place_in_sql(causes(VALIDATION)) == (2, 8)
    assert place_in_sql(causes(PARSER)) == (1, 8)
    assert place_in_sql(causes(BARE)) is None


class JavaLike(Exception):
    """As PyFlink raises it."""

    def __init__(self, stack_trace: str) -> None:
        super().__init__("no text")
        self.stack_trace = stack_trace


def test_an_exception_out_of_a_statement_has_part_place_and_words() -> None:
    found = sql_error("definition", JavaLike(VALIDATION), index=3).answer
    assert {key: found[key] for key in ("part", "index", "line", "column", "message")} == {
        "part": "definition",
        "index": 3,
        "line": 2,
        "column": 8,
        "message": "Column 'a' not found in any table",
    }
    assert words_of(JavaLike(BARE)) == "NullPointerException"


OUTPUTS = {
    "not set": ({}, "the code does not set execution_output; set it to a DataStream or a Table"),
    "None": ({"execution_output": None}, "execution_output is None; it must be a DataStream or a Table"),
    "a list": ({"execution_output": []}, "execution_output is a list; it must be a DataStream or a Table"),
}


@pytest.mark.parametrize(("names", "message"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_an_output_is_refused_that_is(names: dict, message: str) -> None:
    with pytest.raises(JobError) as raised:
        check_output(names, lambda _: None, {"file": "jobs/clicks.yaml", "line": 15})
    assert raised.value.answer == {"part": "output", "message": message, "file": "jobs/clicks.yaml", "line": 15}


def test_an_output_of_a_known_kind_is_taken() -> None:
    assert check_output({"execution_output": 1}, lambda _: "Table", {}) == "Table"


def fails_with(error: Exception):
    def work(_: Request) -> dict:
        raise error

    return work


def test_an_answer_has_its_request_its_time_and_what_was_done() -> None:
    answer = answer_one(REQUEST, lambda _: {"jobId": "abc"})
    assert answer.pop("seconds") >= 0
    assert answer == {"do": "submit", "job": "orders", "ok": True, "jobId": "abc"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (JobError("query", "password s3cret+ is s3cret"), {"part": "query", "message": "password ****** is ******"}),
        (OSError("s3cret"), {"part": "runner", "kind": "OSError", "message": "OSError: ******"}),
        (DescriptionError("x: y"), {"part": "description", "message": "x: y"}),
    ],
)
def test_a_failure_of_any_kind_is_an_answer_without_secrets(error: Exception, told: dict) -> None:
    answer = answer_one(REQUEST, fails_with(error))
    assert (answer["ok"], answer["error"]) == (False, told)


def test_a_wrong_request_is_answered_under_its_own_name() -> None:
    answer = answer_one({"do": "nope", "job": "orders"}, fails_with(AssertionError("is not asked")))
    assert (answer["job"], answer["ok"], answer["error"]["part"]) == ("orders", False, "description")


def test_secrets_are_hidden_wherever_they_stand() -> None:
    answer = {"a": ["xs3cretx", {"b": "s3cret"}], "n": 1, "none": None}
    assert without_secrets(answer, ["s3cret", ""]) == {"a": ["x******x", {"b": "******"}], "n": 1, "none": None}
