"""The Python that one job's code sees: modules, paths and environment of its own, put back afterwards."""

import contextlib
import importlib
import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

from flink_runner.description import Code
from flink_runner.source import compile_code


def local_files(option: str | None) -> list[Path]:
    """The files of `python.files` that this machine has; Flink brings the others to its own machines only."""
    texts = [text.strip() for text in (option or "").split(",") if text.strip()]
    return [path for path in map(_local_path, texts) if path is not None]


def _local_path(text: str) -> Path | None:
    url = urlsplit(text)
    if url.scheme == "file":
        return Path(unquote(url.path))
    return Path(text) if url.scheme == "" else None


class _FileFinder(importlib.abc.MetaPathFinder):
    """Finds modules that were given as single files, and no others that lie beside them."""

    def __init__(self, files: list[Path]) -> None:
        self._files = {file.stem: file for file in files}

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        file = self._files.get(fullname)
        return importlib.util.spec_from_file_location(fullname, file) if file else None


class Space:
    """One job's Python. It may be entered again: its modules are kept aside while others have their turn."""

    def __init__(self, python_files: str | None = None) -> None:
        files = local_files(python_files)
        self._singles = [file.resolve() for file in files if file.suffix == ".py"]
        self._paths = [str(file.resolve()) for file in files if file.suffix != ".py"]
        self._modules: dict[str, ModuleType] = {"__main__": ModuleType("__main__")}

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Within, imports find the job's files, and prints go to stderr: stdout may belong to someone else."""
        before = (dict(sys.modules), list(sys.path), list(sys.meta_path), list(sys.argv), dict(os.environ), os.getcwd())
        try:
            sys.modules.update(self._modules)
            sys.path[:0] = self._paths
            sys.meta_path.insert(0, _FileFinder(self._singles))
            importlib.invalidate_caches()
            with contextlib.redirect_stdout(sys.stderr):
                yield
        finally:
            self._leave(*before)

    def _leave(self, modules: Any, path: Any, finders: Any, argv: Any, environ: Any, folder: str) -> None:
        own = {name: module for name, module in sys.modules.items() if self._is_own(name, module)}
        self._modules.update(own)
        for name in own:
            del sys.modules[name]
        sys.modules.update({name: modules[name] for name in own if name in modules})
        sys.path[:], sys.meta_path[:], sys.argv[:] = path, finders, argv
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(folder)

    def _is_own(self, name: str, module: ModuleType) -> bool:
        if name == "__main__":
            return True
        file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), None)
        if not file:
            return False
        path = Path(file).resolve()
        return path in self._singles or any(path.is_relative_to(folder) for folder in self._paths)

    def run(self, code: Code, names: Mapping[str, Any]) -> dict[str, Any]:
        """Runs the code as a program of its own with just these names, and gives the names that it leaves."""
        main = self._modules["__main__"]
        main.__dict__.update(names, __file__=code.file)
        exec(compile_code(code), main.__dict__)
        return main.__dict__
