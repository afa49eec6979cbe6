"""Vendored browser code is the published one, byte for byte, with its license, and the NOTICE names it."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"service/pages/static/vendor": True, "tests/browser/vendor": False}  # True: one folder a package
PACKAGES = [
    (folder, name, package)
    for folder in FOLDERS
    for name, package in json.loads((ROOT / folder / "vendor.json").read_text(encoding="utf-8")).items()
]
every_package = pytest.mark.parametrize(("folder", "name", "package"), PACKAGES, ids=[name for _, name, _ in PACKAGES])


def held(folder, name):
    return ROOT / folder / name if FOLDERS[folder] else ROOT / folder


@every_package
def test_files_are_as_published(folder, name, package):
    found = {file: hashlib.sha256((held(folder, name) / file).read_bytes()).hexdigest() for file in package["files"]}
    assert found == {file: stated["sha256"] for file, stated in package["files"].items()}


@every_package
def test_license_is_there_and_named(folder, name, package):
    assert [file for file in package["files"] if file.startswith("LICENSE")]
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert f"{package['package']} {package['version']}" in notice


def test_nothing_is_vendored_that_is_not_listed():
    listed = {held(folder, name) / file for folder, name, package in PACKAGES for file in package["files"]}
    listed |= {ROOT / folder / "vendor.json" for folder in FOLDERS}
    there = {file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()}
    assert there - listed == set()


def test_no_page_asks_another_host():
    """Addresses of scripts, styles and images in templates and in our own modules are relative."""
    own = [*(ROOT / "service/pages/templates").glob("*.html"), *(ROOT / "service/pages/static").glob("*.*")]
    for file in own:
        text = file.read_text(encoding="utf-8")
        for mark in ('src="http', "src='http", 'from "http', "url(http", 'import("http', 'fetch("http'):
            assert mark not in text, file.name
        assert 'onclick="' not in text, file.name
        assert "<style" not in text, file.name
