"""Every curl line of the documentation runs against the sandbox, by the shell, as a reader would paste it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/integration.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def curl_lines():
    for page in PAGES:
        for block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
            yield from (line for line in block.splitlines() if "curl " in line)


LINES = list(dict.fromkeys(curl_lines()))


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The sandbox of the repository on a free port."""
    environment = os.environ | {"TACE_CDS_STORE": f"sqlite:///{tmp_path_factory.mktemp('curl')}/store.sqlite3"}
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "sandbox", "--port", "0"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        process.stdout.close()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_line_to_paste_runs(port, line):
    pasted = line.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{port}").replace("curl -s", "curl -sS -f -m 20")
    found = subprocess.run(["bash", "-o", "pipefail", "-c", pasted], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    if "OPTIONS" in line:
        assert found.stdout.startswith("HTTP/1.1 204")
        return
    answer = json.loads(found.stdout)
    assert "resourceType" not in answer
    if "request.json" in line:
        assert answer["cards"]


def test_there_are_lines():
    assert len(LINES) >= 6
    assert all("http://127.0.0.1:8080" in line for line in LINES)
