"""Does what a description asks for, one request after another, and answers each in a line of its own."""

import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from flink_runner.description import DescriptionError, Request, parse_description, parse_json, parse_request
from flink_runner.failure import JobError, code_error, without_secrets, words_of
from flink_runner.jvm import PORT_NAME, JvmError, start_jvm
from flink_runner.results import open_results, write_result
from flink_runner.source import compile_code

#: Does one request; gives what the answer tells beside `ok`. Throws JobError.
Work = Callable[[Request], Mapping[str, Any]]


class _Stopped(BaseException):
    """SIGTERM, as an exception that cleans up on its way and that user code does not catch by accident."""


def main(arguments: list[str]) -> int:
    """0 when all went well, 1 when a job did not, 2 when the description is wrong or Java does not start."""
    if len(arguments) != 1:
        print("usage: flink_runner <description.json>, or - for one request a line on stdin", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _stop)
    # Nothing of ours beside the user's modules.
    sys.dont_write_bytecode = True
    try:
        where, requests = _read(arguments[0])
        with open_results(where) as results, _scratch() as scratch, _worker(scratch) as work:
            return _answer_all(requests, work, lambda answer: write_result(results, answer))
    except (DescriptionError, JvmError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except _Stopped:
        return 128 + signal.SIGTERM


def _stop(*_: Any) -> None:
    raise _Stopped


def _read(argument: str) -> tuple[Mapping[str, Any], Iterable[Mapping[str, Any]]]:
    if argument != "-":
        found = parse_description(Path(argument).read_text(encoding="utf-8"))
        return found.results, found.requests
    # User code gets no stdin: it would read our requests.
    lines = os.fdopen(os.dup(0), encoding="utf-8")
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    first = parse_description(lines.readline())
    more = (parse_json(line, "a request") for line in lines if line.strip())
    return first.results, _chain(first.requests, more)


def _chain(first: Iterable[Any], more: Iterable[Any]) -> Iterator[Any]:
    yield from first
    yield from more


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A folder of our own for everything that Java, PyFlink and user code leave in temporary places."""
    folder = Path(tempfile.mkdtemp(prefix="flink-runner-"))
    try:
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _worker(scratch: Path) -> Iterator[Work]:
    """Starts Java with the first request that needs it: a `check` needs neither Java nor PyFlink."""
    with contextlib.ExitStack() as stack:
        started: list[Work] = []

        def work(request: Request) -> Mapping[str, Any]:
            if request.action == "check":
                return _check(request)
            if not started:
                started.append(stack.enter_context(_java(scratch)))
            return started[0](request)

        yield work


def _check(request: Request) -> Mapping[str, Any]:
    """Compiles the code; there is nothing of a SQL job to look at without Flink."""
    if request.code:
        try:
            compile_code(request.code)
        except (SyntaxError, ValueError) as error:
            raise code_error(error, request.code) from error
    return {}


@contextlib.contextmanager
def _java(scratch: Path) -> Iterator[Work]:
    """Starts Java unless `flink run` did, loads PyFlink meanwhile, and gives what does the work."""
    # What Java or a child of user code prints to stdout belongs to nobody's protocol.
    os.dup2(2, 1)
    jvm = None if PORT_NAME in os.environ else start_jvm(scratch)
    try:
        if jvm:
            import pyflink.table  # noqa: F401  (takes as long as Java's start)

            os.environ[PORT_NAME] = str(jvm.await_port())
        from flink_runner.jobs import Jobs

        yield Jobs().do
    finally:
        if jvm:
            # PyFlink's objects report their end to a Java that is gone by then.
            logging.disable()
            jvm.stop()


def _answer_all(requests: Iterable[Mapping[str, Any]], work: Work, write: Callable[[Mapping[str, Any]], None]) -> int:
    codes = [0]
    for found in requests:
        answer = answer_one(found, work)
        write(answer)
        codes.append(0 if answer["ok"] else 1)
    return max(codes)


def answer_one(found: Mapping[str, Any], work: Work) -> dict[str, Any]:
    """The answer to one request, whatever happens in it: one job's failure is no other's."""
    since = time.monotonic()
    answer: dict[str, Any] = {"do": found.get("do"), "job": found.get("job")}
    secrets: Iterable[str] = ()
    try:
        request = parse_request(found)
        secrets = request.secrets
        answer.update(ok=True, **work(request))
    except JvmError:
        raise
    except DescriptionError as error:
        answer.update(ok=False, error={"part": "description", "message": str(error)})
    except JobError as error:
        answer.update(ok=False, error=error.answer)
    except Exception as error:
        answer.update(ok=False, error={"part": "runner", "kind": type(error).__name__, "message": words_of(error)})
    return {**without_secrets(answer, secrets), "seconds": round(time.monotonic() - since, 3)}
