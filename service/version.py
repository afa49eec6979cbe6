"""Which service and which rules gave an answer: what an audit needs to tell one decision from another."""

from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = Path(__file__).resolve().parent.parent
_DECIDING = ("cards", "service/fhir/read")  # the rules, and how their facts are read


@cache
def service_version() -> str:
    try:
        return version("tace-cds")
    except PackageNotFoundError:  # run from a source tree that was not installed
        return "not installed"


@cache
def rules_version() -> str:
    """Changes with every change of a rule, a threshold, a policy or a code, and with nothing else."""
    digest = sha256()
    for folder in _DECIDING:
        for file in sorted((_PACKAGES / folder).rglob("*")):
            if file.suffix in (".py", ".toml", ".json"):
                digest.update(file.relative_to(_PACKAGES).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
