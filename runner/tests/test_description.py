"""What a description may say, and how a wrong one is refused: by key, and never with a value."""

import json

import pytest

from flink_runner.description import DescriptionError, OptionChange, parse_description, parse_json, parse_request

SECRET = "hunter2"
SQL = {"do": "submit", "job": "orders", "view": "CREATE TEMPORARY VIEW …", "insert": "INSERT …"}
CODE = {"text": "x = 1\ny = 2\n", "file": "jobs/clicks.yaml", "line": 14, "column": 3}
PY = {"do": "validate", "job": "clicks", "code": CODE, "insert": "INSERT …"}


def test_a_sql_job_is_read() -> None:
    found = parse_request({**SQL, "properties": {"a": "1"}, "fixed": {"b": "2"}, "definitions": ["CREATE …"]})
    assert (found.action, found.job, found.view, found.code) == ("submit", "orders", "CREATE TEMPORARY VIEW …", None)
    assert (found.properties, found.fixed, found.definitions) == ({"a": "1"}, {"b": "2"}, ("CREATE …",))


def test_options_are_changed_between_statements() -> None:
    found = parse_request(
        {**SQL, "definitions": [{"set": "a", "value": "1"}, "CREATE …", {"reset": "a"}, {"set": "b", "value": ""}]}
    )
    assert found.definitions == (OptionChange("a", "1"), "CREATE …", OptionChange("a", None), OptionChange("b", ""))


def test_a_code_job_is_read() -> None:
    code = parse_request(PY).code
    assert code is not None
    assert (code.file, code.lines, code.column, code.view) == ("jobs/clicks.yaml", (14, 15, 16), 3, "__query")


def test_lines_may_be_given_one_by_one() -> None:
    code = parse_request({**PY, "code": {"text": "x\ny", "file": "f", "lines": [3, 5]}}).code
    assert code is not None
    assert (code.lines, code.column) == ((3, 5), None)


WRONG = {
    "no action": ({**SQL, "do": None}, "do: must be one of check, validate, prepare, submit, start, discard"),
    "no job": ({**SQL, "job": ""}, "job: must be a string that is not empty"),
    "neither view nor code": (
        {"do": "submit", "job": "a", "insert": "b"},
        "exactly one of view and code must be given",
    ),
    "both": ({**SQL, "code": CODE}, "exactly one of view and code must be given"),
    "no insert": ({**SQL, "insert": 1}, "insert: must be a string that is not empty"),
    "an unknown key": ({**SQL, "querry": SECRET}, "request: unknown key querry"),
    "a property that is no text": ({**SQL, "properties": {"a.b": 1}}, "properties: the value of a.b must be a string"),
    "fixed that is a list": ({**SQL, "fixed": [SECRET]}, "fixed: must be an object"),
    "definitions that are a text": ({**SQL, "definitions": SECRET}, "definitions: must be a list"),
    "a change of two options": (
        {**SQL, "definitions": ["CREATE …", {"set": "a", "value": SECRET, "b": "c"}]},
        'definitions[1]: must be a string, {"set": …, "value": …} or {"reset": …}',
    ),
    "secrets that are no texts": ({**SQL, "secrets": [1]}, "secrets: must be a list of strings"),
    "a start with statements": ({**SQL, "do": "start"}, "start: takes nothing but job, fixed and secrets"),
    "code without a line": ({**PY, "code": {**CODE, "line": 0}}, "code.line: must be a number from 1"),
    "a true line": ({**PY, "code": {**CODE, "line": True}}, "code.line: must be a number from 1"),
    "a column of 0": ({**PY, "code": {**CODE, "column": 0}}, "code.column: must be a number from 1"),
    "lines that fall": (
        {**PY, "code": {**CODE, "lines": [2, 1, 3]}},
        "code.lines: must be rising numbers from 1, one for each line of the text",
    ),
    "too few lines": (
        {**PY, "code": {**CODE, "lines": [1]}},
        "code.lines: must be rising numbers from 1, one for each line of the text",
    ),
    "code of no text": ({**PY, "code": {**CODE, "text": ""}}, "code.text: must be a string that is not empty"),
}


@pytest.mark.parametrize(("found", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_request_is_refused_with(found: dict, message: str) -> None:
    with pytest.raises(DescriptionError) as raised:
        parse_request(found)
    assert str(raised.value) == message
    assert SECRET not in str(raised.value)


DESCRIPTIONS = {
    "no JSON": ('{"secret": "hunter2"', "the description is not JSON: Expecting ',' delimiter at line 1, column 21"),
    "a list": ("[]", "the description: must be an object"),
    "another format": ('{"format": 2, "results": {"fd": 3}}', "format: must be 1"),
    "no results": ('{"format": 1}', "results: must be an object"),
    "two places": (
        '{"format": 1, "results": {"fd": 3, "file": "x"}}',
        'results: must be {"file": <path>} or {"fd": <number>}',
    ),
    "a job that is a text": ('{"format": 1, "results": {"fd": 3}, "jobs": ["hunter2"]}', "jobs[0]: must be an object"),
    "an unknown key": ('{"format": 1, "results": {"fd": 3}, "job": []}', "the description: unknown key job"),
}


@pytest.mark.parametrize(("text", "message"), DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
def test_a_description_is_refused_with(text: str, message: str) -> None:
    with pytest.raises(DescriptionError) as raised:
        parse_description(text)
    assert str(raised.value) == message


def test_a_description_with_one_wrong_job_is_still_read() -> None:
    text = json.dumps({"format": 1, "results": {"file": "out"}, "jobs": [{"do": "nope"}, SQL]})
    found = parse_description(text)
    assert (found.results, len(found.requests)) == ({"file": "out"}, 2)


def test_no_exception_chain_shows_the_text() -> None:
    with pytest.raises(DescriptionError) as raised:
        parse_json(f'"{SECRET}', "a request")
    assert raised.value.__suppress_context__
