"""Fetch the models once the server answers, so that the first page is never late for them.

A child of ``scripts/run``: it ends with the server (its parent), and a failure is only said; the
step that needs a model fetches it again and reports in the recording's job.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

FIRST_PAGE_LIMIT_S = 120


def server_answers(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/healthz", timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is the server's to answer
    port = os.environ.get("REPRISE_PORT", "8080")
    parent = os.getppid()
    deadline = time.monotonic() + FIRST_PAGE_LIMIT_S
    while not server_answers(port) and time.monotonic() < deadline:
        if os.getppid() != parent:
            return 0
        time.sleep(0.5)
    os.nice(10)
    fetch = subprocess.Popen(
        [sys.executable, "-m", "transcripts.models", "fetch"], stdin=subprocess.DEVNULL
    )
    while fetch.poll() is None:
        if os.getppid() != parent:
            fetch.terminate()
        time.sleep(0.5)
    if fetch.returncode != 0:
        print("The models are not complete; they are tried again when a recording needs them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
