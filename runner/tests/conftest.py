"""The pure half is tested without PyFlink; the rest by test/integration/runner.test.ts on a real cluster."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
