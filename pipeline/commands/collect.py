"""Commands that fill the base: harvest, ingest, extract, classify, publish, run, demo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from evidence.base import Base
from evidence.errors import IntegrandError, UsageError
from evidence.records import RunReport
from evidence.segments import as_plain
from pipeline.answers import printable
from pipeline.commands.options import BaseOption, JsonOption, base_root, existing_base, in_utf8, parse_date
from pipeline.demo import run_demo
from pipeline.local_files import paths_without_files
from pipeline.progress import say
from pipeline.runs import Run, choose_sources, run_over
from pipeline.stages import refused_in
from warehouse.snapshot import pointed_name, roll_back, snapshots

SourcesArgument = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources of the catalogue; none means all.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="At most this many pages and this many files of each source.")]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only what the source says changed since then.")]
OriginOption = Annotated[
    str | None, typer.Option("--origin", metavar="URL", help="Fetch the one source named from another address (a mirror, a saved copy).")]

BROKEN = 3


def harvest(
    sources: SourcesArgument = None, limit: LimitOption = None, since: SinceOption = None, origin: OriginOption = None,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Crawl sources into the base: archive and captures only."""
    names, day = sources or [], parse_date("--since", since)
    with run_over(base_root(base), _command("harvest", names, origin), json_, choose_sources(names, origin)) as run:
        run.harvest(limit, day)
        report = run.finish()
    _tell(report, json_)
    _end(run)


def run(
    sources: SourcesArgument = None, limit: LimitOption = None, since: SinceOption = None, origin: OriginOption = None,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Harvest, extract, classify, publish."""
    names, day = sources or [], parse_date("--since", since)
    with run_over(base_root(base), _command("run", names, origin), json_, choose_sources(names, origin)) as one:
        one.harvest(limit, day)
        one.extract()
        one.classify()
        one.publish()
        report = one.finish()
    _tell(report, json_)
    _end(one)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    base: BaseOption = None, json_: JsonOption = False,
    only_capture: Annotated[bool, typer.Option("--only-capture", help="Archive the files, leave reading them to later stages.")] = False,
) -> None:
    """Bring local files and folders into the base, read, tag and publish them."""
    without = paths_without_files(paths)
    if len(without) == len(paths):
        # Nothing to bring in: no base is made for it, and nothing published.
        raise IntegrandError("; ".join(f"{printable(path)}: {reason}" for path, reason in without))
    command = "ingest " + " ".join(path.absolute().as_uri() for path in paths)
    with run_over(base_root(base), command, json_) as one:
        one.ingest(paths)
        if not only_capture:
            one.extract()
            one.classify()
            one.publish()
        report = one.finish()
        refused = refused_in(one.base, report.run)
    refused += [(printable(path), reason) for path, reason in without if path.is_dir()]
    _tell(report, json_)
    if refused:
        for what, reason in refused:
            say(f"refused {what}: {reason}")
        raise typer.Exit(1)


def extract(base: BaseOption = None, json_: JsonOption = False) -> None:
    """Read what was captured and not yet read by this version."""
    with run_over(existing_base(base).root, "extract", json_) as one:
        one.extract()
        report = one.finish()
    _tell(report, json_)


def classify(base: BaseOption = None, json_: JsonOption = False) -> None:
    """Tag what was read and not yet tagged by this version."""
    with run_over(existing_base(base).root, "classify", json_) as one:
        one.classify()
        report = one.finish()
    _tell(report, json_)


def publish(
    full: Annotated[bool, typer.Option("--full", help="Build it from the files alone, also where nothing is new.")] = False,
    to: Annotated[str | None, typer.Option("--to", metavar="RUN", help="Go back to a kept snapshot, or to `previous`.", callback=in_utf8)] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the kept snapshots.")] = False,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Build a new snapshot of the warehouse and make it the one to read; or go back to an earlier one."""
    if sum((full, to is not None, list_)) > 1:
        raise UsageError("--full, --to, --list: take one of them")
    if list_:
        _tell_snapshots(existing_base(base), json_)
        return
    if to is not None:
        room = existing_base(base)
        with room.lock():
            chosen = roll_back(room, to)
        typer.echo(json.dumps({"snapshot": chosen.name}) if json_ else f"{chosen.name} is read from now on, until something new is published")
        return
    with run_over(existing_base(base).root, "publish", json_) as one:
        one.publish(full)
        report = one.finish()
    _tell(report, json_)


def _tell_snapshots(base: Base, as_json: bool) -> None:
    current = pointed_name(base)
    rows = [{"snapshot": one.name, "current": one.name == current, "published_at": f"{one.published_at:%Y-%m-%dT%H:%M:%SZ}", **one.manifest["counts"]}
            for one in snapshots(base) if one.is_readable]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("snapshot", "published (UTC)", "works", "documents", "passages", "")
    for row in rows:
        table.add_row(str(row["snapshot"]), str(row["published_at"]), *(str(row[name]) for name in ("works", "documents", "passages")),
                      "current" if row["current"] else "")
    Console().print(table)


def demo(base: BaseOption = None, json_: JsonOption = False) -> None:
    """Build a small base from documents shipped with the project, served by a local site, through every stage."""
    run_demo(base_root(base), json_)


def register(app: typer.Typer) -> None:
    for command in (demo, harvest, ingest, extract, classify, publish, run):
        app.command(command.__name__)(command)


def _command(name: str, sources: list[str], origin: str | None) -> str:
    if len(set(sources)) != len(sources):
        raise UsageError("a source is named twice; name each once")
    return " ".join([name, *sorted(sources), *([f"--origin {origin}"] if origin else [])])


def _tell(report: RunReport, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(as_plain(report), default=lambda moment: moment.isoformat(), ensure_ascii=False))
    else:
        print_report(report)


def print_report(report: RunReport) -> None:
    """The run in tables: what each source gave, what each stage did, which works changed, what was refused and why."""
    console = Console()
    if report.sources:
        table = Table("source", *(name for name in COUNTED), title=f"run {report.run}", title_justify="left")
        for count in report.sources:
            table.add_row(count.source, *(str(getattr(count, name)) for name in COUNTED))
        console.print(table)
    for stage in report.stages:
        timed = stage.done and stage.wall_s > 0 and stage.stage in ("extract", "classify", "embed")
        rate = f", {stage.done / stage.wall_s:.1f} a second" if timed else ""
        known = f", {stage.skipped} known already" if stage.skipped else ""
        console.print(f"{stage.stage}: {stage.done} done{known}, {stage.refused} refused in {stage.wall_s:.1f} s{rate}", highlight=False)
        for what, reason in stage.refusals if report.command.split()[0] != "ingest" else ():
            say(f"refused {what}: {reason}")
    if any(stage.stage == "publish" for stage in report.stages):
        console.print(
            f"works: {len(report.new_works)} new, {len(report.changed_works)} changed, {len(report.missing_works)} missing, "
            f"{len(report.withdrawn_works)} withdrawn, {report.totals.get('works', 0)} in all", highlight=False)
        if not report.totals.get("published", 1):
            console.print("nothing is new: the published snapshot stays as it is", highlight=False)


COUNTED = ("requested", "fetched", "unchanged", "redirected", "missing", "withdrawn", "refused", "failed")


def _end(run: Run) -> None:
    for line in run.broken:
        say(f"broken: {line}")
    if run.broken:
        raise typer.Exit(BROKEN)
