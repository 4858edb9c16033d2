"""What went wrong with a job, as the answer tells it: the part, the place and the words."""

import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from flink_runner import java_trace
from flink_runner.description import Code

HIDDEN = "******"


class JobError(Exception):
    """A part of a job is wrong; `answer` is what is told of it."""

    def __init__(self, part: str, message: str, **places: Any) -> None:
        super().__init__(message)
        self.answer = {"part": part, "message": message, **{k: v for k, v in places.items() if v is not None}}


def sql_error(part: str, error: BaseException, **places: Any) -> JobError:
    """An exception out of a statement; line and column are those in the statement, where Flink names them."""
    messages = java_causes(error)
    line, column = java_trace.place_in_sql(messages) or (None, None)
    return JobError(part, words_of(error), line=line, column=column, **places, causes=messages or None)


def code_error(error: BaseException, code: Code) -> JobError:
    """An exception that the manifest's code raised, or that came out of what it called."""
    if isinstance(error, SyntaxError) and error.filename == code.file:
        message = f"{type(error).__name__}: {error.msg}"
        column = error.offset if code.column is not None else None
        return JobError("code", message, file=code.file, line=error.lineno or code.lines[0], column=column)
    frames = _frames(error.__traceback__)
    own = [frame for frame in frames if frame["file"] == code.file]
    line = own[-1]["line"] if own else code.lines[0]
    column = _column(error.__traceback__, code)
    trace = frames[frames.index(own[0]) :] if own else None
    return JobError(
        "code",
        words_of(error),
        file=code.file,
        line=line,
        column=column,
        trace=trace,
        causes=java_causes(error) or None,
    )


def words_of(error: BaseException) -> str:
    """The root cause of a Java exception; class and text of any other."""
    trace = _java_trace(error)
    if trace is not None:
        return java_trace.root_cause(trace)
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} ({error.filename}, line {error.lineno})"
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def java_causes(error: BaseException) -> list[str]:
    """Messages of a Java exception's chain, outermost first; empty for a Python one."""
    trace = _java_trace(error)
    return [] if trace is None else java_trace.causes(trace)


def _java_trace(error: BaseException) -> str | None:
    """Java's exceptions are known by what they have: py4j's error, or what PyFlink makes of some of them."""
    if hasattr(error, "java_exception"):
        return str(error)
    trace = getattr(error, "stack_trace", None)
    return trace if isinstance(trace, str) else None


def _frames(trace: TracebackType | None) -> list[dict[str, Any]]:
    """The frames of the user's files and libraries; those inside PyFlink say nothing to a user."""
    return [
        {"file": frame.f_code.co_filename, "line": line, "function": frame.f_code.co_name}
        for frame, line in traceback.walk_tb(trace)
        if frame.f_globals.get("__name__", "").partition(".")[0] not in ("pyflink", "py4j")
    ]


def _column(trace: TracebackType | None, code: Code) -> int | None:
    """The column of the innermost of the code's own frames; Python 3.10 does not keep it."""
    column = None
    while trace is not None and code.column is not None:
        own = trace.tb_frame.f_code
        if own.co_filename == code.file and hasattr(own, "co_positions"):
            position = list(own.co_positions())[trace.tb_lasti // 2]
            column = None if position[2] is None else position[2] + 1
        trace = trace.tb_next
    return column


def without_secrets(value: Any, secrets: Iterable[str]) -> Any:
    """The same answer with every secret in its texts made unreadable."""
    longest_first = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if isinstance(value, str):
        for secret in longest_first:
            value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, dict):
        return {key: without_secrets(item, longest_first) for key, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item, longest_first) for item in value]
    return value
