"""Run a command in a try-out home of its own that is gone afterwards: `python -m tests.home COMMAND …`."""

import os
import subprocess
import sys
import tempfile

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="concord-", ignore_cleanup_errors=True) as folder:
        sys.exit(
            subprocess.call(sys.argv[1:], env={**os.environ, "CONCORD_TRYOUT": "1", "CONCORD_VAR": folder})
        )
