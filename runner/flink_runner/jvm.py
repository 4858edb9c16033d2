"""The Java process behind PyFlink: started while Python still imports, with all its files in a folder of our own."""

import contextlib
import os
import struct
import subprocess
import threading
import time
from collections import deque
from pathlib import Path
from typing import IO

#: A cold Java on a busy machine has been seen to take 30.
START_SECONDS = 120
END_SECONDS = 10
_POLL_SECONDS = 0.02

#: PyFlink connects to the Java that this names; `flink run -py` sets it, and then Java is not ours to start or end.
PORT_NAME = "PYFLINK_GATEWAY_PORT"


class JvmError(Exception):
    """Java did not start; the message holds its last words."""


class Jvm:
    """A running Java process with Flink's classes, and the last lines that it wrote to stderr."""

    def __init__(self, process: subprocess.Popen, port_file: Path) -> None:
        self._process = process
        self._port_file = port_file
        self._last = deque(maxlen=20)
        # Nobody else reads this pipe: once full, Java would stand still.
        threading.Thread(target=self._drain, args=(process.stderr,), daemon=True).start()

    def _drain(self, stderr: IO[bytes]) -> None:
        for line in stderr:
            self._last.append(line.decode(errors="replace").rstrip())

    def await_port(self) -> int:
        """The port that PyFlink connects to. Throws JvmError when Java ends instead, or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not self._port_file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise JvmError("Java did not start:\n" + "\n".join(self._last))
            time.sleep(_POLL_SECONDS)
        return struct.unpack("!I", self._port_file.read_bytes()[:4])[0]

    def stop(self) -> None:
        """Ends the process, gently first: it deletes its temporary files then."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
            return
        self._process.kill()
        self._process.wait()


def start_jvm(scratch: Path) -> Jvm:
    """Starts Java with FLINK_HOME's classes; its log and its temporary files go to `scratch`."""
    from pyflink.pyflink_gateway_server import launch_gateway_server_process

    port_file = scratch / "port"
    (scratch / "log").mkdir()
    options = [f"-Djava.io.tmpdir={scratch}", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    quoted = " ".join(f'"{option}"' for option in options)
    env = {
        **os.environ,
        "_PYFLINK_CONN_INFO_PATH": str(port_file),
        "FLINK_LOG_DIR": str(scratch / "log"),
        "JDK_JAVA_OPTIONS": f"{quoted} {os.environ.get('JDK_JAVA_OPTIONS', '')}".strip(),
    }
    program = ["-c", "org.apache.flink.client.python.PythonGatewayServer", "local"]
    with contextlib.redirect_stdout(None):
        return Jvm(launch_gateway_server_process(env, program), port_file)
