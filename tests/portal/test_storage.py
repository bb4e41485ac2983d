"""A script and its modules carry the content's hash in their names."""

from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder

from portal.storage import HashedStaticFiles


@pytest.fixture
def collected(tmp_path: Path) -> HashedStaticFiles:
    storage = HashedStaticFiles(location=tmp_path, base_url="/static/")
    found = {
        name: (source, name) for name, source in FileSystemFinder().list([]) if name.startswith("concord/")
    }
    for name, (source, _name) in found.items():
        with source.open(name) as content:
            storage.save(name, content)
    list(storage.post_process(found))
    return storage


def test_modules_import_each_other_by_hashed_names(collected: HashedStaticFiles) -> None:
    script = Path(collected.location) / collected.stored_name("concord/main.js")
    for module in ("clocks", "keys", "swaps", "toasts"):
        assert collected.stored_name(f"concord/{module}.js").removeprefix("concord/") in script.read_text()
        assert f'"./{module}.js"' not in script.read_text()
