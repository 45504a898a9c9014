"""Builds a snapshot from the base's files and publishes it as a whole.

The snapshot is built beside the others under a name that nobody reads, checked, made durable, renamed, and only then pointed to.
So a reader sees the old snapshot or the new one, and a build that is killed or fails leaves the old one current.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evidence.archive import read_captures
from evidence.base import Base
from evidence.errors import IntegrandError, in_one_line
from evidence.records import Capture
from evidence.segments import read_columns, segment_paths, sync_folder
from evidence.taxonomy import Taxonomy
from warehouse.consequences import Regrade
from warehouse.decisions import read_decisions, torn_lines
from warehouse.history import standing
from warehouse.making import Makings, build
from warehouse.movements import Movements, movements
from warehouse.snapshot import (
    BUILDING,
    KEPT,
    POINTER,
    Snapshot,
    discard_old,
    discard_unfinished,
    point_to,
    pointed_name,
    rolled_back_from,
    snapshots,
)
from warehouse.vectors import Encode, encoder_version
from warehouse.version import builder_version

MOST_CAPTURES_HELD = 50_000
"""About 60 MB."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publish did. ``published`` is False where the current snapshot already holds all of it; ``reason`` says which.

    The lists of works are those that came or moved since the publication before, whichever runs fetched them. ``warnings`` say in
    words what was left out of the files.
    """

    snapshot: str
    path: Path
    published: bool
    reason: str
    works: int
    documents: int
    passages: int
    vectors: int
    wall_s: float
    new_works: tuple[str, ...] = ()
    changed_works: tuple[str, ...] = ()
    missing_works: tuple[str, ...] = ()
    withdrawn_works: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def publish(
    base: Base,
    *,
    extractor_version: str,
    classifier_version: str,
    taxonomy: Taxonomy,
    run: str,
    encode: Encode | None,
    encoder: str = "",
    full: bool = False,
    keep: int = KEPT,
    regrade: Regrade | None = None,
) -> Publication:
    """Publishes what the base's files say now. Needs the base's lock.

    ``encode`` gives ``float32 [n, width]`` for n texts; None publishes without vectors (searches then rank by words alone).
    What the current snapshot holds is taken over from it (``warehouse.increment``), unless ``full`` asks for one that is made
    from the files alone (but for the vectors of texts that it had). ``encoder`` names the model (by default the ``version`` of
    the object that ``encode`` belongs to): vectors of the previous snapshot are taken over only from the same one. From a current
    snapshot that cannot be opened nothing is taken over, and it is replaced even where no file has changed.

    ``keep`` snapshots are kept, the new one among them. ``regrade`` grades a document whose design a person has named (None: the machine's
    grade stays).

    Raises ``IntegrandError`` where a check fails or a file is damaged; the current snapshot then stays what it was.
    """
    started = time.monotonic()
    discard_unfinished(base)
    encoder = (encoder or encoder_version(encode)) if encode else "none"
    files = input_files(base, extractor_version, classifier_version)
    captures = few_captures(base)
    inputs = inputs_digest(base, extractor_version, classifier_version, taxonomy.version, encoder, files, captures)
    warnings = torn_lines(base)
    finished = {one.name: one for one in snapshots(base) if one.is_readable}
    try:
        pointed = pointed_name(base) or ""
    except IntegrandError as error:
        if not (base.warehouse / POINTER).is_file():
            raise  # what is in the way cannot be replaced by a file
        pointed = ""
        warnings.append(str(error))
    before = finished.get(pointed)
    current = before if before is not None and before.opens else None
    if before is not None and current is None:
        warnings.append(f"snapshot {before.name} cannot be opened: built from the files, and nothing taken over from it")
    if current is not None and not full and current.manifest.get("inputs") == inputs:
        return _publication(current, current, False, "nothing has changed since the current snapshot was published", started, warnings)
    if current is not None and not full and any(one.manifest["inputs"] == inputs for one in rolled_back_from(base, current)):
        return _publication(current, current, False, "nothing has changed since the snapshot that was rolled back from", started, warnings)
    for one in finished.values():
        newer = current is None or current.name in one.manifest["published_after"]
        if newer and not full and one.manifest.get("inputs") == inputs and one.opens:
            point_to(base, one)  # killed between the rename and the pointer's swap
            return _publication(one, current, True, "finished a publication that was interrupted", started, warnings)
    used = [*(before.manifest["published_after"] if before else []), *(one.name for one in snapshots(base)), pointed]
    snapshot = Snapshot(base.warehouse / _free_name(run, used))
    building = snapshot.path.with_name(snapshot.name + BUILDING)
    building.mkdir(parents=True)
    try:
        versions = {
            "extractor_version": extractor_version,
            "classifier_version": classifier_version,
            "taxonomy_version": taxonomy.version,
            "builder_version": builder_version(),
        }
        redacted = before is not None and newly_redacted(base, before)
        # What is taken down must not lie in the new files as deleted rows, nor in snapshots that one can go back to.
        makings = Makings(
            base, building, extractor_version, classifier_version, taxonomy, encode, encoder, files, captures, current, full or redacted,
            regrade, warnings)
        counts, replaced = build(makings, versions)
        warnings += other_versions(base, building, extractor_version, classifier_version)
        manifest = {
            "inputs": inputs,
            "run": run,
            **versions,
            "encoder": encoder,
            "published_after": sorted(set(used) - {""}),
            "replaced": replaced,
            "counts": counts,
        }
        (building / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        _make_durable(building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    os.rename(building, snapshot.path)
    sync_folder(base.warehouse)
    point_to(base, snapshot)
    publication = _publication(snapshot, current, True, "published", started, warnings)
    discard_old(base, 1 if redacted else keep)
    return publication


def newly_redacted(base: Base, current: Snapshot) -> bool:
    """Whether a person has taken something down since a snapshot was published; a snapshot that cannot be read is held to know of nothing."""
    wanted = {one.id for one in read_decisions(base) if one.action == "redact"}
    if not wanted:
        return False
    try:
        with current.connect() as connection:
            known = {id for (id,) in connection.execute("SELECT id FROM decisions WHERE action = 'redact'").fetchall()}
    except (IntegrandError, duckdb.Error):
        return True
    return not wanted <= known


def other_versions(base: Base, snapshot: Path, extractor_version: str, classifier_version: str) -> list[str]:
    """In words, what the base's files hold by other versions of the extractor or classifier only, and a snapshot (in the folder
    ``snapshot``) therefore lacks. What no version has tagged yet is not among it; a damaged file of another version is told, and hinders
    nothing."""
    told = []
    others = sorted(room for room in base.all_tags.glob("*") if room.name != classifier_version and segment_paths(room))
    if others:
        with duckdb.connect(str(snapshot / "warehouse.duckdb"), read_only=True) as connection:
            untagged = {id for (id,) in connection.execute(
                "SELECT id FROM documents WHERE status <> 'refused' AND id NOT IN (SELECT document FROM taggings)").fetchall()}
        held: dict[str, set[str]] = {}
        for room in others if untagged else ():
            try:
                held[room.name] = untagged & {row["document"] for row in read_columns(room, ["document"])}
            except IntegrandError as error:
                told.append(f"{in_one_line(error)}: what version {room.name} has tagged is not known")
        missing = set().union(*held.values())
        if missing:
            told.append(f"{len(missing)} documents have no tags by this version of the rules and models ({classifier_version}), the base has some by "
                        f"{', '.join(name for name, ids in held.items() if ids)}: run `integrand classify`, then publish again")
    older = [room.name for room in base.all_documents.glob("*") if room.name != extractor_version and segment_paths(room)]
    if older and not segment_paths(base.documents(extractor_version)):
        told.append(f"no document was read by this version of the extractor ({extractor_version}), only by {', '.join(sorted(older))}: run "
                    "`integrand extract` and `integrand classify`, then publish again")
    return told


def _free_name(run: str, used: Sequence[str]) -> str:
    """The run's name, or that with a number where the run has published before: no path is ever used twice."""
    return next(name for number in itertools.count(1) if (name := run if number == 1 else f"{run}-{number}") not in used)


def few_captures(base: Base) -> list[Capture] | None:
    """The captures of a base that has no more than ``MOST_CAPTURES_HELD``: they are gone through twice. None where there are more."""
    held = list(itertools.islice(read_captures(base), MOST_CAPTURES_HELD + 1))
    return held if len(held) <= MOST_CAPTURES_HELD else None


def input_files(base: Base, extractor_version: str, classifier_version: str) -> dict[str, str]:
    """SHA-256 of each file but the captures that a snapshot is built from, by path within the base."""
    digests = {}
    paths = (
        *segment_paths(base.documents(extractor_version)),
        *segment_paths(base.tags(classifier_version)),
        *sorted(base.decisions.glob("*.jsonl")),
    )
    for path in paths:
        with open(path, "rb") as file:
            digests[str(path.relative_to(base.root))] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def inputs_digest(
    base: Base, extractor_version: str, classifier_version: str, taxonomy_version: str, encoder: str, files: Mapping[str, str],
    captures: Sequence[Capture] | None = None,
) -> str:
    """SHA-256 over all that a snapshot is built from: what the captures say (``standing``), names and bytes of the other ``files``
    (``input_files``), the versions, and this package's own code and data. ``captures`` are all of the base where they were read already.

    A run to which every server says "unchanged" alters nothing of that, so it publishes nothing; ``last_seen`` then stays the
    day on which something last changed. Run reports are left out: they say how the files came about, and every run writes one.
    """
    total = hashlib.sha256(json.dumps([builder_version(), extractor_version, classifier_version, taxonomy_version, encoder]).encode())
    for told in standing(read_captures(base) if captures is None else captures):
        total.update(json.dumps(told).encode() + b"\n")
    for name, digest in files.items():
        total.update(f"{name} {digest}\n".encode())
    return total.hexdigest()


def _publication(
    snapshot: Snapshot, before: Snapshot | None, published: bool, reason: str, started: float, warnings: Sequence[str]
) -> Publication:
    """``before`` is the snapshot that was current when the publication began."""
    counts = snapshot.manifest["counts"]
    moved = movements(snapshot, before) if published else Movements()
    return Publication(
        snapshot.name,
        snapshot.path,
        published,
        reason,
        counts["works"],
        counts["documents"],
        counts["passages"],
        counts["vectors"],
        time.monotonic() - started,
        moved.new,
        moved.changed,
        moved.missing,
        moved.withdrawn,
        tuple(warnings),
    )


def _make_durable(folder: Path) -> None:
    """Syncs every file, then every folder, so that the rename that follows publishes bytes that survive a power cut."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with open(path, "rb+") as handle:
                os.fsync(handle.fileno())
    sync_folder(folder)
