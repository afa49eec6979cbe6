"""What holds for the repository as a whole: locks, license limits, container image, no trace of one machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-postgres.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)

# joined here, so that this file does not contain what it forbids
MACHINE_PATH = re.compile(r"(?<![\w.*-])/(?:" + "|".join(("work", "root")) + ")/")
CPT_DESCRIPTOR = " ".join(("embolization or occlusion,", "inclusive of"))


def repository_files() -> list[Path]:
    """Tracked files and those that would be; without git (a source archive) every file that is not made by a tool."""
    git = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if git.returncode == 0:
        files = [ROOT / name for name in git.stdout.decode().split("\0") if name]
    else:
        made = {".git", ".venv", "__pycache__", "build", "dist", "mutants"}
        files = [file for file in ROOT.rglob("*") if not made & set(file.relative_to(ROOT).parts)]
    return [file for file in files if file.is_file()]


def files_with(found) -> list[str]:
    return [
        file.relative_to(ROOT).as_posix()
        for file in repository_files()
        if found(file.read_text(encoding="utf-8", errors="replace"))
    ]


def has_cpt_descriptor(text: str) -> bool:
    return CPT_DESCRIPTOR in " ".join(text.lower().split())


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """`(instruction, arguments)` in order, continued lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (line.split(maxsplit=1)[0].upper(), line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()
    ]


@pytest.fixture(scope="module")
def last_stage() -> list[tuple[str, str]]:
    found = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    last_from = max(index for index, (name, _) in enumerate(found) if name == "FROM")
    return found[last_from:]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host(lock):
    assert "http" not in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_is_hashed(lock):
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert [block for block in blocks if not (PIN.match(block) and "--hash=sha256:" in block)] == []


@pytest.mark.parametrize("larger", ["requirements-postgres.lock", "requirements-dev.lock"])
def test_larger_lock_contains_the_runtime_lock(larger):
    runtime, more = (set(PIN.findall((ROOT / lock).read_text(encoding="utf-8"))) for lock in (LOCKS[0], larger))
    assert runtime - more == set()


def test_no_file_contains_a_cpt_descriptor():
    assert files_with(has_cpt_descriptor) == []


def test_no_file_names_a_path_of_one_machine():
    assert files_with(MACHINE_PATH.search) == []


def test_container_runs_as_a_numeric_user_who_is_not_root(last_stage):
    users = [arguments for name, arguments in last_stage if name == "USER"]
    assert users
    assert re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", users[-1])


def test_container_has_a_healthcheck(last_stage):
    checks = [arguments for name, arguments in last_stage if name == "HEALTHCHECK"]
    assert len(checks) == 1
    assert "/health/live" in checks[0]


def test_container_installs_only_what_is_hashed():
    runs = [arguments for name, arguments in instructions((ROOT / "Dockerfile").read_text()) if name == "RUN"]
    installs = [step for run in runs for step in run.split("&&") if " install " in step and "pip" in step]
    assert installs
    assert [step for step in installs if "--require-hashes" not in step and "--no-deps" not in step] == []


@pytest.mark.parametrize("text", ["cd " + "/wo" + "rk/main", "see `" + "/ro" + "ot/.cache`"])
def test_machine_path_is_recognized(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["https://example.org/" + "work/item", "docs/" + "root/x", "a team" + "work/"])
def test_path_of_a_project_or_address_is_no_machine_path(text):
    assert not MACHINE_PATH.search(text)


def test_cpt_descriptor_is_recognized_across_lines():
    assert has_cpt_descriptor("Vascular Embolization or  occlusion,\n  Inclusive" + " of all")
