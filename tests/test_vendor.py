"""Files of others that we ship are the ones we pinned."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "vendor.json").read_text())
FILES = [file for package in PACKAGES for file in package["files"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["path"])
def test_vendored_file_has_the_pinned_hash(file: dict[str, str]) -> None:
    digest = hashlib.sha384((VENDOR / file["path"]).read_bytes()).digest()
    assert f"sha384-{base64.b64encode(digest).decode()}" == file["integrity"]


def test_vendor_folder_holds_nothing_unlisted() -> None:
    listed = {file["path"] for file in FILES} | {"vendor.json"}
    assert {path.name for path in VENDOR.iterdir()} == listed


def test_vendored_package_ships_its_licence_text() -> None:
    for package in PACKAGES:
        assert any(file["from"].upper().startswith("LICENSE") for file in package["files"]), package["name"]
