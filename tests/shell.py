"""Commands as a user types them, with this environment's `demarche` on the path."""

import os
import subprocess
import sys
from pathlib import Path


def shell(command: str, **options) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
        check=False,
        **options,
    )
