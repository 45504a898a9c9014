"""JSON lines: a work a line, with everything that is coded of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO


def write_json_lines(works: Iterable[dict[str, Any]], facets: object, file: BinaryIO) -> None:
    for work in works:
        file.write(json.dumps(work, ensure_ascii=False, default=lambda moment: moment.isoformat()).encode() + b"\n")
