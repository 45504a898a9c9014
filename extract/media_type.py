"""What a payload is: its bytes first, then what the sender called it."""

from __future__ import annotations

import io
import re
import zipfile

PDF = "application/pdf"
HTML = "text/html"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
JATS = "application/jats+xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
EPUB = "application/epub+zip"
ZIP = "application/zip"
RIS = "application/x-research-info-systems"
BIBTEX = "application/x-bibtex"

_UNREADABLE = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (b"Rar!", "application/vnd.rar"),
    (b"%!PS", "application/postscript"),
)
_TAG = re.compile(rb"<(?:html|head|body|title|meta|div|table|section|main|article|p|h1)\b[^<>]*>", re.I)
_OPENS_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_ROOT = re.compile(rb"<(?![?!])([A-Za-z_][\w.:-]*)")
_RIS = re.compile(rb"^(?:\xef\xbb\xbf)?\s*TY  - ", re.M)
_BIBTEX = re.compile(
    rb"^\s*@(?:article|book|booklet|inbook|incollection|inproceedings|manual|mastersthesis|misc|online|phdthesis|"
    rb"proceedings|report|techreport|thesis|unpublished)\s*\{",
    re.I | re.M,
)
_ANY_ENTRY = re.compile(rb"^\s*@\w+\s*[{(]", re.M)
_MARKDOWN = re.compile(r"\A---\n|^#{1,6} \S|^\*\*[^*\n]+\*\*\s*$|^\|.+\|\s*$|\]\(https?://|\\[().\[\]_*]", re.M)
_BY_SUFFIX = {
    "pdf": PDF,
    "html": HTML,
    "htm": HTML,
    "xhtml": HTML,
    "aspx": HTML,
    "php": HTML,
    "md": MARKDOWN,
    "markdown": MARKDOWN,
    "txt": TEXT,
    "text": TEXT,
    "nxml": JATS,
    "docx": DOCX,
    "pptx": PPTX,
    "odt": ODT,
    "epub": EPUB,
    "zip": ZIP,
    "ris": RIS,
    "bib": BIBTEX,
}


def sniff(payload: bytes, name: str, declared: str | None) -> str:
    """The media type of ``payload``; ``name`` (file name or URL) and ``declared`` only decide among kinds of text."""
    head = payload[:4096]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(payload)
    if head.startswith(b"%PDF-") or (b"%PDF-" in payload[:1024] and not _OPENS_PAGE.match(head)):
        return PDF  # readers allow a kilobyte of anything before the mark (ISO 32000-1, annex H), a page may speak of it
    for magic, media_type in _UNREADABLE:
        if head.startswith(magic):
            return media_type
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", errors="ignore").encode()
    elif _is_binary(payload[:65536]):
        return "application/octet-stream"
    return _sniff_text(head, _suffix(name), (declared or "").split(";")[0].strip().lower())


def _suffix(name: str) -> str:
    base = name.split("?")[0].split("#")[0].rsplit("/", 1)[-1]
    return base.rsplit(".", 1)[-1].lower() if "." in base else ""


def _is_binary(sample: bytes) -> bool:
    control = sum(sample.count(bytes([code])) for code in (*range(7), *range(14, 27)))
    return control > 0.02 * len(sample)


def _sniff_zip(payload: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            names = set(archive.namelist()[:5000])
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                if declared in (ODT, EPUB):
                    return declared
                if declared.startswith("application/vnd.oasis"):
                    return declared
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return ZIP
    if "[Content_Types].xml" in names:
        for folder, media_type in (("word/", DOCX), ("ppt/", PPTX), ("xl/", "application/vnd.ms-excel")):
            if any(name.startswith(folder) for name in names):
                return media_type
    return ZIP


def _sniff_text(head: bytes, suffix: str, declared: str) -> str:
    stripped = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped.startswith(b"<"):
        if re.match(rb"<!doctype\s+html|<html", stripped, re.I):
            return HTML
        root = _ROOT.search(stripped)
        root_name = root.group(1).split(b":")[-1].lower() if root else b""
        if root_name in (b"article", b"pmc-articleset") and (
            b"JATS" in head or b"NLM" in head or b"article-type" in head or b"<front" in head
        ):
            return JATS
        if root_name == b"html" or _TAG.search(head):
            return HTML
        if stripped.startswith(b"<?xml") or declared.endswith("xml"):
            return "application/xml"
    if _RIS.search(head) and suffix not in ("md", "html"):
        return RIS
    if suffix != "md" and (_BIBTEX.search(head) or (BIBTEX in (declared, _BY_SUFFIX.get(suffix)) and _ANY_ENTRY.search(head))):
        return BIBTEX
    by_name = _BY_SUFFIX.get(suffix)
    if by_name in (TEXT, MARKDOWN) or declared in (TEXT, MARKDOWN):
        return MARKDOWN if MARKDOWN in (by_name, declared) else TEXT
    if _TAG.search(head) and re.search(rb"</(?:p|div|body|head|title|table|h1|section)>", head, re.I):
        return HTML
    if stripped[:1] in (b"{", b"[") and (declared.endswith("json") or suffix == "json"):
        return "application/json"
    return MARKDOWN if len(_MARKDOWN.findall(head.decode("utf-8", "replace"))) >= 3 else TEXT
