"""The documentation as a contract: links lead somewhere, commands and options exist, every command is described.

Run as ``python -m tests.docs_check``; prints each defect as file:line and ends with 1 where there is any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from pipeline.cli import build_app

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
USE = re.compile(r"(?<![\w/-])integrand ([a-z]+)((?: +[^`|\n]*)?)")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
MAKE = re.compile(r"(?<![\w-])make ([a-z][a-z-]*)")


def documents() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def options_of(command: Any) -> set[str]:
    """A command's options, and those of the commands below it."""
    own = {text for one in command.params for text in (*one.opts, *one.secondary_opts)} | {"--help"}
    return own.union(*(options_of(one) for one in getattr(command, "commands", {}).values()))


def defects() -> Iterator[str]:
    """Each defect in words, with its place."""
    commands = typer.main.get_command(build_app()).commands
    options = {name: options_of(command) for name, command in commands.items()}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    described: set[str] = set()
    for path in documents():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            place = f"{path.relative_to(ROOT)}:{number}"
            for target in LINK.findall(line):
                if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                    yield f"{place}: links to {target}, which is not there"
            for span in code_in(line):
                for name, rest in USE.findall(span):
                    if name not in commands:
                        yield f"{place}: there is no command `integrand {name}`"
                        continue
                    described.add(name)
                    yield from (f"{place}: `integrand {name}` has no option {option}" for option in OPTION.findall(rest)
                                if option not in options[name])
                yield from (f"{place}: there is no `make {name}`" for name in MAKE.findall(span) if name not in targets)
    yield from (f"docs: no page shows the command `integrand {name}`" for name in sorted(set(commands) - described))


def code_in(line: str) -> list[str]:
    """The code of a line: what stands between backquotes, or the whole line where it is indented or a shell line."""
    if line.startswith(("    ", "$ ", ".venv/bin/integrand ")):
        return [line]
    return re.findall(r"`([^`]+)`", line)


def main() -> int:
    found = list(defects())
    for line in found:
        sys.stderr.write(line + "\n")
    sys.stdout.write(f"docs: {len(documents())} pages, {len(found)} defects\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
