"""`tace-cds serve` as a process of its own: its address, and what it logs."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Served:
    def __init__(self, folder, *options, command="serve", **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TACE_CDS_")}
        given = {"TACE_CDS_STORE": f"sqlite:///{folder}/store.sqlite3"} | settings
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", command, "--port", "0", *options],
            cwd=folder, env=environment | given | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines = []
        self.port = 0
        while not self.port:
            line = self.process.stderr.readline()
            assert line, f"it did not start: {self.lines}"
            self.lines.append(line)
            found = re.search(r"serves on http://127\.0\.0\.1:(\d+)/", line)
            self.port = int(found[1]) if found else 0
        self._reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self._reader.start()

    def ask(self, method, path, body=None, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} | dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=40) == 0
        self._reader.join()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stderr.close()

    @property
    def log(self):
        return [json.loads(line) for line in self.lines]
