"""What the runner is asked for: JSON in, checked requests out. Messages name keys, never values (maybe secret)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1

#: - `check`: compiles the code of a job, without Java and without PyFlink
#: - `validate`: plans the job, starts nothing, keeps nothing
#: - `prepare`: the same, and keeps what was planned for a later `start`
#: - `submit`: plans and starts
#: - `start`: starts what was prepared under this name
#: - `discard`: forgets what was prepared under this name
ACTIONS = ("check", "validate", "prepare", "submit", "start", "discard")


class DescriptionError(Exception):
    """The description is not one; the message says where."""


@dataclass(frozen=True)
class Code:
    """A manifest's PyFlink code and where it stands there; lines and columns count from 1."""

    text: str
    file: str
    #: The manifest's line of each line of the text, rising.
    lines: tuple[int, ...]
    #: The manifest's column of the text's first column; None where columns say nothing.
    column: int | None
    #: The temporary view through which the INSERT reads `execution_output`.
    view: str


@dataclass(frozen=True)
class OptionChange:
    """A SET or RESET of a table file, which `execute_sql` does not take."""

    option: str
    #: None sets it back to what the request's properties say.
    value: str | None


@dataclass(frozen=True)
class Request:
    """One thing to do with one job."""

    action: str
    job: str
    #: Flink options that user code may override.
    properties: Mapping[str, str] = field(default_factory=dict)
    #: Flink options that are set after user code ran, and win.
    fixed: Mapping[str, str] = field(default_factory=dict)
    #: Statements and changes of options, in the order of the table files.
    definitions: tuple[str | OptionChange, ...] = ()
    #: The statement that makes the view of a SQL job; None for code.
    view: str | None = None
    code: Code | None = None
    insert: str = ""
    #: Texts that no answer may contain.
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """`requests` are done one after another; `results` says where the answers go."""

    results: Mapping[str, Any]
    requests: tuple[Mapping[str, Any], ...]


def parse_json(text: str, what: str) -> Any:
    """The value of a JSON text. A broken one is not shown, only the place where it breaks."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DescriptionError(
            f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None


def parse_description(text: str) -> Description:
    """Reads a description; its requests are looked at one by one, so that a wrong one does not stop the others."""
    found = _mapping(parse_json(text, "the description"), "the description")
    _only(found, "the description", "format", "results", "jobs")
    if found.get("format") != FORMAT:
        raise DescriptionError(f"format: must be {FORMAT}")
    results = _mapping(found.get("results"), "results")
    is_file = set(results) == {"file"} and isinstance(results["file"], str)
    is_fd = set(results) == {"fd"} and type(results["fd"]) is int
    if not (is_file or is_fd):
        raise DescriptionError('results: must be {"file": <path>} or {"fd": <number>}')
    jobs = found.get("jobs", [])
    if not isinstance(jobs, list):
        raise DescriptionError("jobs: must be a list")
    return Description(results, tuple(_mapping(job, f"jobs[{i}]") for i, job in enumerate(jobs)))


def parse_request(found: Mapping[str, Any]) -> Request:
    """Checks one request. Throws DescriptionError that names the key."""
    keys = ("do", "job", "properties", "fixed", "definitions", "view", "code", "insert", "secrets")
    _only(found, "request", *keys)
    action = found.get("do")
    if action not in ACTIONS:
        raise DescriptionError(f"do: must be one of {', '.join(ACTIONS)}")
    secrets = _texts(found.get("secrets", []), "secrets")
    plain = Request(action, _text(found, "job"), fixed=_options(found, "fixed"), secrets=secrets)
    if action in ("start", "discard"):
        if {"properties", "definitions", "view", "code", "insert"} & set(found):
            raise DescriptionError(f"{action}: takes nothing but job, fixed and secrets")
        return plain
    if ("view" in found) == ("code" in found):
        raise DescriptionError("exactly one of view and code must be given")
    return Request(
        action,
        plain.job,
        properties=_options(found, "properties"),
        fixed=plain.fixed,
        definitions=_definitions(found.get("definitions", [])),
        view=_text(found, "view") if "view" in found else None,
        code=_code(_mapping(found["code"], "code")) if "code" in found else None,
        insert=_text(found, "insert"),
        secrets=secrets,
    )


def _code(found: Mapping[str, Any]) -> Code:
    _only(found, "code", "text", "file", "line", "lines", "column", "view")
    text = _text(found, "text", "code.")
    lines = found.get("lines")
    count = len(text.split("\n"))
    if lines is None:
        first = found.get("line")
        if not _is_place(first):
            raise DescriptionError("code.line: must be a number from 1")
        lines = list(range(first, first + count))
    rising = isinstance(lines, list) and all(map(_is_place, lines)) and lines == sorted(set(lines))
    if not rising or len(lines) < count - (text.endswith("\n")):
        raise DescriptionError("code.lines: must be rising numbers from 1, one for each line of the text")
    column = found.get("column")
    if column is not None and not _is_place(column):
        raise DescriptionError("code.column: must be a number from 1")
    view = found.get("view", "__query")
    if not isinstance(view, str):
        raise DescriptionError("code.view: must be a string")
    return Code(text, _text(found, "file", "code."), tuple(lines), column, view)


def _is_place(value: Any) -> bool:
    return type(value) is int and value >= 1


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DescriptionError(f"{what}: must be an object")
    return value


def _only(found: Mapping[str, Any], what: str, *keys: str) -> None:
    unknown = sorted(set(found) - set(keys))
    if unknown:
        raise DescriptionError(f"{what}: unknown key {unknown[0]}")


def _text(found: Mapping[str, Any], key: str, prefix: str = "") -> str:
    value = found.get(key)
    if not isinstance(value, str) or not value:
        raise DescriptionError(f"{prefix}{key}: must be a string that is not empty")
    return value


def _definitions(value: Any) -> tuple[str | OptionChange, ...]:
    if not isinstance(value, list):
        raise DescriptionError("definitions: must be a list")
    return tuple(item if isinstance(item, str) else _change(item, f"definitions[{i}]") for i, item in enumerate(value))


def _change(found: Any, what: str) -> OptionChange:
    if isinstance(found, dict) and all(isinstance(text, str) for text in found.values()):
        if set(found) == {"set", "value"} and found["set"]:
            return OptionChange(found["set"], found["value"])
        if set(found) == {"reset"} and found["reset"]:
            return OptionChange(found["reset"], None)
    raise DescriptionError(f'{what}: must be a string, {{"set": …, "value": …}} or {{"reset": …}}')


def _texts(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DescriptionError(f"{key}: must be a list of strings")
    return tuple(value)


def _options(found: Mapping[str, Any], key: str) -> Mapping[str, str]:
    value = _mapping(found.get(key, {}), key)
    wrong = [name for name, option in value.items() if not isinstance(option, str)]
    if wrong:
        raise DescriptionError(f"{key}: the value of {wrong[0]} must be a string")
    return value
