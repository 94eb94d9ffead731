"""How long a second `make run` takes to its first page and to a session's answer.

``make bench-start``. The server of this repository is started ``--times`` over one data folder, on
a free port, as `make run` does once everything is installed; the first start, which makes the
databases, is told apart. Prints ``name value unit`` lines.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from server.demo.server_process import free_port

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = 120.0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


def start(data: Path, log: Path) -> tuple[float, float]:
    """Seconds to the page, and to the first answer of the API. Raises TimeoutError."""
    ports = free_port(), free_port(), free_port()
    environment = os.environ | {
        "REPRISE_DATA": str(data), "REPRISE_PORT": str(ports[0]),
        "REPRISE_HTTPS_PORT": str(ports[1]), "REPRISE_MEDIA_PORT": str(ports[2]),
    }  # fmt: skip
    page = f"http://127.0.0.1:{ports[0]}"
    began = time.monotonic()
    with log.open("ab") as out:
        server = subprocess.Popen(
            ["make", "--no-print-directory", "run"], cwd=ROOT, env=environment,
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        took: list[float] = []
        for path in ("/", "/api/v1/me"):
            while not answers(page + path):
                if server.poll() is not None or time.monotonic() - began > LIMIT_S:
                    raise TimeoutError(f"no {path}:\n{log.read_text()}")
                time.sleep(0.02)
            took.append(time.monotonic() - began)
        return took[0], took[1]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        first = start(Path(folder) / "data", log)
        print(f"start.first_page_new_data {first[0]:.2f} s")
        again = [start(Path(folder) / "data", log) for _ in range(options.times)]
        print(f"start.first_page {statistics.median(page for page, _api in again):.2f} s")
        print(f"start.first_answer {statistics.median(api for _page, api in again):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
