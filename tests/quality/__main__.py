"""All quality measures against the gold labels, one after another; ends with 1 where one is below its floor.

Run as ``python -m tests.quality`` (which is what ``make quality`` does). The floors stand beside each measure
(``floors.toml`` and ``pdf_pages.toml``) and are changed by hand only: a measure that rises does not raise its floor by itself, and none
lowers it.
"""

from __future__ import annotations

import subprocess
import sys

MEASURES = ("pdf_pages", "metadata", "references", "articles", "classification", "traps", "demo")


def main() -> int:
    below = []
    for name in MEASURES:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        # A process each: the measures of one must not warm caches or leave state for another.
        if subprocess.run([sys.executable, "-m", f"tests.quality.{name}"], check=False).returncode != 0:
            below.append(name)
    sys.stdout.write(f"below their floors: {', '.join(below) or 'none'}\n")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
