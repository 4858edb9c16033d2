"""The one line that matters in a Java stack trace."""

import re

_FRAME = re.compile(r"^\s*(?:at\s|\.\.\. \d+ more|Suppressed: )")
_CLASS = re.compile(r"^(?:[\w$]+\.)+([\w$]+)(?::\s*(.*))?$", re.DOTALL)
_PLACE = re.compile(r"(?:From|at) line (\d+), column (\d+)")
_SPAN = re.compile(r"^From line \d+, column \d+ to line \d+, column \d+: ")
_EXPECTED = re.compile(r"\nWas expecting (?:one of)?:.*$", re.DOTALL)
#: What Java says when a Python function that it called has raised: only the end of the traceback tells.
_IN_PYTHON = re.compile(r"^.*Return Message: Traceback .*\n(?=\S)", re.DOTALL)


def causes(trace: str) -> list[str]:
    """Every message in the chain of causes, outermost first; the class's name where it has no text of its own."""
    text = re.sub(r"^An error occurred while calling .*\n: ", "", trace.replace("\r", ""))
    parts = re.split(r"^Caused by: ", text, flags=re.MULTILINE)
    return [_IN_PYTHON.sub("", _without_class(_head(part))) for part in parts]


def root_cause(trace: str) -> str:
    """The message of the innermost cause."""
    return _EXPECTED.sub("", _SPAN.sub("", causes(trace)[-1]))


def place_in_sql(messages: list[str]) -> tuple[int, int] | None:
    """Line and column that Flink's parser or validator names, innermost message first; in the statement, from 1."""
    found = next(filter(None, (_PLACE.search(message) for message in reversed(messages))), None)
    return (int(found[1]), int(found[2])) if found else None


def _head(part: str) -> str:
    lines = part.split("\n")
    end = next((i for i, line in enumerate(lines) if _FRAME.match(line)), len(lines))
    return "\n".join(lines[:end]).strip()


def _without_class(message: str) -> str:
    found = _CLASS.match(message)
    if not found:
        return message
    name, text = found[1], found[2] or ""
    return _without_class(text) if text else name
