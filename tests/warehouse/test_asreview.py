"""What is exported is read by ASReview's own reader, in an environment of its own: it needs other versions of libraries than this project.

``make asreview`` sets that environment up; without it the test is skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.warehouse.conftest import Library
from warehouse.export import EXPORTERS, export

PYTHON = Path(os.environ.get("INTEGRAND_ASREVIEW_PYTHON", Path(__file__).resolve().parents[2] / ".venv-asreview/bin/python"))
READ = """
import json, sys
from asreview.data.loader import load_records
print(json.dumps([{name: getattr(one, name) for name in ("title", "abstract", "authors", "year", "doi")} for one in load_records(sys.argv[1])]))
"""


@pytest.mark.skipif(not PYTHON.is_file(), reason="`make asreview` installs ASReview beside the project")
@pytest.mark.parametrize("name", ["ris", "csv", "xlsx"])
def test_an_export_is_read_by_asreview(library: Library, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"works{EXPORTERS[name].suffix}"
    export(library.snapshot, name, path)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"HOME": str(tmp_path)}
    done = subprocess.run([str(PYTHON), "-c", READ, str(path)], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    records = {one["title"]: one for one in json.loads(done.stdout.splitlines()[-1])}
    assert len(records) == 5
    trial = records["Shared care planning: a trial"]
    assert trial["year"] == 2019 and trial["doi"] == "10.5555/plan" and len(trial["authors"]) == 2
    torbay = next(one for title, one in records.items() if title.startswith("Integrated care in Torbay"))
    if name == "ris":
        assert torbay["abstract"] == "How one town joined its teams." and torbay["authors"] == ["van Example, Ann", "The Made Foundation"]
