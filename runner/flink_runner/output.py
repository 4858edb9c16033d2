"""What the code left in `execution_output`: one of the two kinds that can be written to a table, or a clear error."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from flink_runner.failure import JobError
from flink_runner.source import OUTPUT

OutputKind = Literal["DataStream", "Table"]


def check_output(
    names: Mapping[str, Any], kind_of: Callable[[Any], OutputKind | None], place: Mapping[str, Any]
) -> OutputKind:
    """Which of the two it is. Throws JobError where it is neither, or was not set."""
    if OUTPUT not in names:
        raise JobError("output", f"the code does not set {OUTPUT}; set it to a DataStream or a Table", **place)
    value = names[OUTPUT]
    kind = kind_of(value)
    if kind is None:
        found = "None" if value is None else f"a {type(value).__name__}"
        raise JobError("output", f"{OUTPUT} is {found}; it must be a DataStream or a Table", **place)
    return kind
