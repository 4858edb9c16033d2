"""`python -m flink_runner <description>`, also as the program of `flink run -pym`."""

import os
import sys

from flink_runner.main import main

if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    # Without the clean-up of PyFlink's objects, each of which would try to reach Java.
    os._exit(code)
