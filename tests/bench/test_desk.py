"""The desk's pages are measured, each for everybody, by people who may open them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syncs.bench.desk import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
# So many that a small customer has failing ones too.
RECORDS = 20_000

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a small crowd on SQLite."""
    file = tmp_path_factory.mktemp("desk") / "desk.json"
    command = [sys.executable, "manage.py", "bench", "--desk", f"--records={RECORDS}"]
    command += ["--times=1"]
    command += ["--databases=sqlite", f"--json={file}"]
    # The children choose their own database.
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(  # our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["desk"]
    return found[0]


def test_every_page_is_timed_for_everybody(measured: dict[str, Any]) -> None:
    pages = set(measured["finance"])

    assert {"home", "list", "one sync, failing", "search: id", "export, first lines"} <= pages
    for person in PEOPLE:
        assert set(measured[person]) == pages
        assert all(page["ms"] > 0 for page in measured[person].values())


def test_the_whole_list_is_exported(measured: dict[str, Any]) -> None:
    assert measured["export"]["rows"] == RECORDS
    # Compressed on its way, as browsers ask for it.
    assert measured["export"]["megabytes_sent"] > 0.1
