"""The desk's pages and exports are measured: every page opens, with its queries counted."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syncs.bench.desk_export import KINDS
from syncs.selection import ORDERS, PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
# So many that a small customer has failing ones too.
RECORDS = 20_000

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a small crowd on SQLite."""
    file = tmp_path_factory.mktemp("desk") / "desk.json"
    command = [sys.executable, "manage.py", "bench", "--desk", f"--records={RECORDS}"]
    # One whose lists are short: what is measured is the same for all.
    command += ["--times=1", "--people=small"]
    command += ["--databases=sqlite", f"--json={file}"]
    # The children choose their own database.
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(  # our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["desk"]
    return found[0]


def test_every_page_is_timed_and_its_queries_are_counted(measured: dict[str, Any]) -> None:
    pages = measured["small"]

    assert {"home", "overview", "causes", "records, page 2", "search: id"} <= set(pages)
    assert all(page["ms"] > 0 and page["queries"] > 0 for page in pages.values())


def test_each_filter_and_each_order_is_measured(measured: dict[str, Any]) -> None:
    pages = measured["small"]

    for name in PARAMETERS.keys() - {"q"}:
        assert any(page.startswith(f"records: {name} ") for page in pages), name
    for name in ORDERS:
        assert f"records by {name}" in pages


def test_everything_is_exported_in_each_format(measured: dict[str, Any]) -> None:
    exports = measured["exports"]

    assert list(exports) == list(KINDS)
    for told in exports.values():
        assert told["rows"] == RECORDS
        assert told["megabytes"] > 0.1
        assert told["peak_mib"] > 10
