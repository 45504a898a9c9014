"""Broken, fuzzed and malicious files through the isolated readers: each is read or refused with a reason, in bounded time and memory.

Run as ``python -m tests.bench.hostile``.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from tests.bench.process_tree import integrand
from tests.bench.real_site import shared

SECONDS = 30.0
PARENT_BYTES = 500 * 2**20


def made(folder: Path) -> None:
    """Bombs: a zip of zeros, entities that multiply, a PDF of 100,000 pages, a picture of a billion bytes, nested zips."""
    with zipfile.ZipFile(folder / "zeros.zip", "w", zipfile.ZIP_DEFLATED) as file, file.open("zeros.txt", "w", force_zip64=True) as member:
        for _ in range(2048):
            member.write(bytes(2**20))
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><w:document xmlns:w="x"><w:body>&e9;</w:body></w:document>'
    types = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
             'ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
             '<Override PartName="/word/document.xml" '
             'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    relations = ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                 '<Relationship Id="r1" '
                 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
                 'Target="word/document.xml"/></Relationships>')
    with zipfile.ZipFile(folder / "laughs.docx", "w") as file:
        file.writestr("[Content_Types].xml", types)
        file.writestr("_rels/.rels", relations)
        file.writestr("word/document.xml", laughs)
    (folder / "many-pages.pdf").write_bytes(many_pages(100_000))
    (folder / "huge-picture.pdf").write_bytes(huge_picture(32_768))
    inner = (folder / "zeros.zip").read_bytes()
    for depth in range(6):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(f"level{depth}.zip", inner)
        inner = out.getvalue()
    (folder / "nested.zip").write_bytes(inner)
    (folder / "deep.html").write_text("<div>" * 200_000 + "text", "utf-8")
    (folder / "one-line.txt").write_text("word " * 8_000_000, "utf-8")


def many_pages(count: int) -> bytes:
    """A valid PDF whose pages all show the same line."""
    stream = b"BT /F1 12 Tf 72 700 Td (Joined up care in one line of text) Tj ET"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, b" ".join(b"%d 0 R" % (n + 5) for n in range(count))),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream)]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 3 0 R>>>>>>"] * count
    return assembled(objects)


def huge_picture(side: int) -> bytes:
    """A PDF page filled by one grey picture of side x side pixels, a gigabyte when unpacked, tiny in the file."""
    packer = zlib.compressobj(9)
    pixels = b"".join([*(packer.compress(bytes(side)) for _ in range(side)), packer.flush()])
    draw = b"q 612 0 0 792 0 0 cm /I Do Q"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
               b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
               b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n"
               % (side, side, len(pixels)) + pixels + b"\nendstream"]
    return assembled(objects)


def assembled(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory(prefix="integrand-hostile-") as folder:
        made(Path(folder))
        for name, place in (("hostile PDFs", shared() / "bench" / "hostile_pdfs"), ("bombs", Path(folder))):
            files = sorted(path for path in place.iterdir() if path.is_file())
            cost = integrand("read", str(place), "--json")
            answers = [json.loads(line) for line in cost.out.splitlines()]
            bad = [one["path"] for one in answers if one["status"] == "refused" and not one["reason"]]
            crashed = [f"{Path(one['path']).name}: {one['reason']}" for one in answers
                       if "crashed" in str(one["reason"]) or "failed (" in str(one["reason"])]
            slow = [f"{one['path']} {one['seconds']} s" for one in answers if one["seconds"] > SECONDS]
            refused = [one for one in answers if one["status"] == "refused"]
            good = {one["path"].split("!")[0] for one in answers} >= {str(path) for path in files} and not (bad or slow or crashed)
            good = good and cost.parent_peak_bytes < PARENT_BYTES
            failed += not good
            sys.stdout.write(f"{'ok ' if good else 'BAD'}  {name}: {len(files)} files, {len(answers)} answers, {len(refused)} refused with a reason, "
                             f"{cost.wall_s:.0f} s, parent {cost.parent_peak_bytes / 2**20:.0f} MiB, tree {cost.peak_bytes / 2**20:.0f} MiB\n")
            for line in [*bad, *slow, *crashed]:
                sys.stdout.write(f"     {line}\n")
            if name == "bombs":
                for one in answers:
                    sys.stdout.write(f"     {Path(one['path']).name}: {one['status']} {one['reason']} ({one['seconds']} s)\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
