"""The command line: one program, `integrand`. Commands live in ``pipeline.commands``; here they meet errors and exit codes.

Exit 0 done · 1 failed, or a file was refused · 2 wrong usage · 3 a source broke its expectations · 4 another run holds the base.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from evidence.errors import IntegrandError
from pipeline.progress import say

TRACEBACK = "INTEGRAND_TRACEBACK"
"""With this variable set, a defect shows its traceback."""
ROOMS = {
    "collect": ("demo", "harvest", "ingest", "extract", "classify", "publish", "run"),
    "oneshot": ("read", "tag"),
    "consult": ("search", "show", "query", "sql", "export"),
    "measure": ("evaluate", "train", "simulate"),
    "people": ("decisions", "agreement", "screen"),
    "care": ("status", "doctor", "verify"),
    "vocabulary": ("taxonomy",),
    "searches": ("searches", "recall"),
}
"""The modules of ``pipeline.commands`` and the commands of each. Only the module that is asked for is imported: a search
should not pay for the crawler's and the readers' start (Scrapy and trafilatura take two seconds)."""


def build_app(arguments: Sequence[str] = ()) -> typer.Typer:
    """The program with the commands that ``arguments`` need; all of them where no known command is named."""
    app = typer.Typer(
        name="integrand", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        help="An evidence base on integrated care from grey literature: harvest it, read it, tag it, search it.")
    app.callback()(top)
    named = next((one for before, one in zip(["", *arguments], arguments, strict=False)
                  if before != "--base" and any(one in commands for commands in ROOMS.values())), None)
    for room, commands in ROOMS.items():
        if named is None or named in commands:
            importlib.import_module(f"pipeline.commands.{room}").register(app)
    return app


def tell_version(wanted: bool) -> None:
    """Prints the program's version and ends, where ``wanted``."""
    if wanted:
        typer.echo(f"integrand {metadata.version('integrand')}")
        raise typer.Exit()


def top(
    version: Annotated[bool, typer.Option("--version", callback=tell_version, is_eager=True, help="Tell the version and end.")] = False,
    base: Annotated[Path | None, typer.Option("--base", help="The evidence base (default ./base, or INTEGRAND_BASE).")] = None,
) -> None:
    if base is not None:
        os.environ["INTEGRAND_BASE"] = str(base)


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code. Every error is one line on stderr."""
    try:
        command = typer.main.get_command(build_app(sys.argv[1:] if arguments is None else arguments))
        code = command.main(args=arguments, prog_name="integrand", standalone_mode=False)
    except IntegrandError as error:
        say(f"integrand: {one_line(error)}")
        code = error.exit_code
    except KeyboardInterrupt:
        say("integrand: stopped by Ctrl-C; the same command goes on where it stopped")
        code = 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): no failure, and nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"integrand: {where}{one_line(error.strerror or error)}; nothing that was finished is lost, run the same command again")
        code = 1
    except Exception as error:
        code = _click_error(error)
        if code is None:
            if os.environ.get(TRACEBACK):
                raise
            say(f"integrand: a defect of the program ({type(error).__name__}: {one_line(error)}); {TRACEBACK}=1 shows where")
            code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _click_error(error: Exception) -> int | None:
    """The exit code of an error of the option parser after it was said in one line; None for any other error."""
    if type(error).__name__ in ("Abort", "Exit"):
        return int(getattr(error, "exit_code", 1))
    show = getattr(error, "format_message", None)
    if show is None:
        return None
    if type(error).__name__ == "NoArgsIsHelpError":
        return 2  # a program or group of commands that was called without any has printed its help
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "integrand"
    say(f"integrand: {one_line(show())}; see `{where} --help`")
    return 2


def one_line(error: object) -> str:
    return " ".join(str(error).split()).rstrip(".")


if __name__ == "__main__":
    main()
