"""All benchmarks, one after another; ends with 1 where something that must hold does not.

Run as ``python -m tests.bench`` (which is what ``make bench`` does); needs the shared inputs.
"""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = (
    "extraction_speed", "tagging_speed", "cascade", "plain_pipeline", "hostile", "real_site", "publish", "search", "readers", "readers --base demo",
)


def main() -> int:
    failed = []
    for name in BENCHMARKS:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        module, *options = name.split()
        if subprocess.run([sys.executable, "-m", f"tests.bench.{module}", *options], check=False).returncode != 0:
            failed.append(name)
    sys.stdout.write(f"do not hold: {', '.join(failed) or 'none'}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
