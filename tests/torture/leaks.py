"""After everything: neither logs, metrics, readiness nor the store hold a name, a value or a token of what was sent."""

from pathlib import Path

from tests.torture.generate import MARK
from tests.torture.served import Caller, Served

# MARK is in every name, token and note; the value stands in laboratory results
SECRETS = (MARK, "98.7654321", "3.14159e20")


def found_in(text: str, where: str) -> list[str]:
    return [f"{where} holds {secret!r}" for secret in SECRETS if secret.lower() in text.lower()]


def leaks(served: Served) -> tuple[str, list[str]]:
    """A line of figures, and what was found."""
    found, looked, caller = [], 0, Caller(served.port)
    for path in ("/metrics", "/health/live", "/health/ready"):
        _, _, body, _ = caller.ask("GET", path)
        found += found_in(body.decode("utf-8", "replace"), path)
        looked += len(body)
    caller.close()
    files = [file for file in served.folder.rglob("*") if file.is_file()]
    for file in files:
        content = file.read_bytes()
        found += found_in(content.decode("latin-1"), file.name)
        looked += len(content)
    return f"leaks: {looked} bytes of {_named(files)} and of /metrics, /health searched, {len(found)} found", found


def _named(files: list[Path]) -> str:
    return ", ".join(sorted(file.name for file in files))
