"""The wheel holds what the pages need, and the sandbox of an installed wheel works outside the checkout."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden import cases

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import json, service
from service.app import create_app
from service.hooks.running import running
from service.settings import Settings
app = create_app(Settings(mode="sandbox"))
client = app.test_client()
page = client.get("/")
print(json.dumps({
    "where": service.__file__,
    "page": page.status_code,
    "script": client.get("/static/sandbox.js").status_code,
    "vendored": client.get("/static/vendor/lforms/lhc-forms.js").status_code,
    "fixtures": [line["name"] for line in client.get("/sandbox/fixtures").get_json()],
    "shows": all(line["shows"] for line in client.get("/sandbox/fixtures").get_json()),
}))
running(app).client.close()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel of this checkout, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    quiet = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    source = folder / "source"  # built from a copy: setuptools leaves its build folder behind
    names = ("cards", "service", "fixtures", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
    source.mkdir()
    subprocess.run(["cp", "-R", "-P", *(str(ROOT / name) for name in names), str(source)], check=True)
    subprocess.run(
        [*quiet, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)], check=True
    )
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*quiet, "install", "--no-deps", "--target", str(folder / "site"), str(wheel)], check=True)
    return folder / "site"


def test_sandbox_of_the_wheel(installed, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    looked = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    found = json.loads(looked.stdout)
    assert Path(found.pop("where")).is_relative_to(installed)
    assert found.pop("fixtures") == cases()
    assert found == {"page": 200, "script": 200, "vendored": 200, "shows": True}
