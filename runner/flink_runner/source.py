"""A manifest's code, compiled so that everything Python says of it names the manifest's lines and columns."""

import ast
from types import CodeType

from flink_runner.description import Code

#: What the code must set.
OUTPUT = "execution_output"


def compile_code(code: Code) -> CodeType:
    """Compiles the text. Throws SyntaxError with the manifest's file, line and column."""
    return compile(_parse(code), code.file, "exec", dont_inherit=True)


def output_line(code: Code) -> int:
    """The manifest's line on which the code sets its output for the last time, or its first line."""
    named = [
        node.lineno
        for node in ast.walk(_parse(code))
        if isinstance(node, ast.Name) and node.id == OUTPUT and isinstance(node.ctx, ast.Store)
    ]
    return max(named, default=code.lines[0])


def _parse(code: Code) -> ast.Module:
    try:
        tree = ast.parse(code.text, code.file)
    except SyntaxError as error:
        raise _moved(error, code) from None
    shift = (code.column or 1) - 1
    for node in ast.walk(tree):
        if hasattr(node, "end_col_offset"):
            _move(node, code, shift)
    return tree


def _move(node: ast.AST, code: Code, shift: int) -> None:
    node.lineno = _line(code, node.lineno)
    node.col_offset += shift
    if node.end_lineno is not None:
        node.end_lineno = _line(code, node.end_lineno)
        node.end_col_offset += shift


def _line(code: Code, line: int) -> int:
    """Python may name the line behind the last one."""
    return code.lines[min(line, len(code.lines)) - 1]


def _moved(error: SyntaxError, code: Code) -> SyntaxError:
    line = None if error.lineno is None else _line(code, error.lineno)
    offset = error.offset
    if offset is not None and code.column is not None:
        offset += code.column - 1
    return type(error)(error.msg, (code.file, line, offset, error.text))
