"""From what the user names to the files to read."""

from __future__ import annotations

import glob
import lzma
import os
import shutil
import struct
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cesctl.cloud import urls
from cesctl.errors import InputError, InputProblem, Notes
from cesctl.sources import beside, sniff, temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Sequence

    from cesctl.sources.parts import InputFile

STANDARD_INPUT = "standard input"  # by which name "-" is told
# What the standard library raises of a damaged zip, by what is damaged.
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, RuntimeError, NotImplementedError,
    EOFError, OSError, ValueError,
)  # fmt: skip


class NothingThereError(InputError):
    """A pattern or a folder without files to read."""


class NothingInThemError(InputError):
    """Files without rows, or none at all where that is no mistake, and no others.

    ``columns`` of one file: see ``sniff.NoRowsError``.
    """

    def __init__(self, *errors: InputError) -> None:
        super().__init__(*(p for e in errors for p in e.problems))
        columns = [e.columns for e in errors if isinstance(e, sniff.NoRowsError)]
        self.columns = columns[0] if len(columns) == len(errors) == 1 else None


@dataclass
class Found:
    """The files, in the order named; a folder's and a pattern's by path. ``known``: names of those that
    nobody looked into, and why. ``lacking``: whether there are patterns or folders without any.
    """

    files: list[InputFile] = field(default_factory=list)
    known: list[tuple[str, str]] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    lacking: bool = False


def find(
    inputs: Sequence[str | os.PathLike[str]],
    named: Sequence[str] = (),
    exclude: Sequence[str | os.PathLike[str]] = (),
    *,
    standing: bool = False,
    known: Callable[[str, Path], str | None] = lambda *_: None,
) -> Found:
    """Every export among the inputs; raises InputError with everything that is wrong with them.

    ``named``: columns the model names, ``exclude``: files that are no events, such as the roster.
    ``standing``: whether the inputs stand in a model, to be met day after day, so that a pattern or a folder
    may have nothing today. ``known``: why a file need not be looked into, by its name and path; None where
    it must be.
    """
    found = Found()
    problems: list[InputProblem] = []
    empty: list[InputError] = []
    left_out = _identities(exclude)
    seen: set[tuple[int, int]] = set()
    for text in inputs:
        try:
            for name, path, chosen in _paths(os.fspath(text), left_out):
                identity = _identity(path)
                if identity in left_out:
                    continue
                if identity in seen:
                    found.notes.add(f"{name}: named twice, read once")
                    continue
                seen.add(identity)
                if not chosen and beside.is_merged_users(Path(name).name):
                    found.notes.add(f"{name}: left out, merged Amplitude users and no events")
                    continue
                if (why := known(name, path)) is not None:
                    found.known.append((name, why))
                    continue
                _take(found, empty, name, path, chosen=chosen, named=named)
        except NothingThereError as error:
            if not standing:
                problems += error.problems
            empty.append(error)
            found.lacking = True
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    if not found.files and not found.known:
        if empty or standing:
            raise NothingInThemError(*empty)
        raise InputError(InputProblem("no files to read"))
    for problem in (p for e in empty for p in e.problems):
        found.notes.add(str(problem).splitlines()[0])
    return found


def _take(
    found: Found,
    empty: list[InputError],
    name: str,
    path: Path,
    *,
    chosen: bool,
    named: Sequence[str],
) -> None:
    """Adds one file. What was not chosen one by one, but met in a folder, may be no export."""
    try:
        file = sniff.sniff(name, path, named)
        if chosen or sniff.looks_like_table(file):
            found.files.append(file)
            if file.utf16:
                found.notes.add(f"{name}: UTF-16, read as UTF-8")
        else:
            found.notes.add(f"{name}: left out, no export")
    except sniff.NoRowsError as error:
        if chosen or error.may_be_export:
            empty.append(error)
    except InputError:
        if chosen:
            raise
        found.notes.add(f"{name}: left out, no export")


def identity(file: InputFile) -> Hashable:
    """The same for all names of one file; a frame is only itself."""
    return file if file.format == "frame" else _identity(file.path)


def _identity(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_dev, stat.st_ino


def _identities(paths: Sequence[str | os.PathLike[str]]) -> set[Hashable]:
    """Those of files that exist, and of all URLs."""
    texts = [os.fspath(p) for p in paths]
    local = {_identity(Path(t)) for t in texts if not urls.is_url(t) and _exists(Path(t))}
    return local | {urls.identity(t) for t in texts if urls.is_url(t)}


def _paths(text: str, left_out: Collection[Hashable] = ()) -> Iterator[tuple[str, Path, bool]]:
    """(name, path, chosen by its own name) of each file that an input means. ``left_out``: identities of
    those that need not be downloaded.
    """
    if text == "-":
        yield STANDARD_INPUT, _standard_input(), True
        return
    if urls.is_url(text):
        yield from _objects(text, left_out)
        return
    path = Path(text)
    if not _exists(path):
        if urls.is_other_url(text):
            what = "URLs of this kind are not read; those of s3://, gs:// and az:// are"
            raise InputError(InputProblem(what, urls.masked(text)))
        if glob.has_magic(text):
            yield from _pattern(text)
            return
        raise InputError(InputProblem("no such file or folder", text))
    if path.is_dir():
        yield from _folder(path)
    else:
        yield from _file(text, path, chosen=True)


def _objects(url: str, left_out: Collection[Hashable]) -> Iterator[tuple[str, Path, bool]]:
    from cesctl.sources.objects import objects

    found = objects(url, left_out)
    if found.kind == "pattern" and not found.any:
        raise NothingThereError(InputProblem("nothing matches the pattern", url))
    chosen = found.kind == "object"
    files = (x for name, path in found.copies for x in _file(name, path, chosen=chosen))
    yield from _of_a_folder(url, list(files)) if found.kind == "folder" else files


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a NUL
        return False


def _pattern(text: str) -> Iterator[tuple[str, Path, bool]]:
    names = sorted(glob.glob(text, recursive=True))  # noqa: PTH207 - patterns may be absolute
    if not names:
        raise NothingThereError(InputProblem("nothing matches the pattern", text))
    for name in names:
        if Path(name).is_dir():
            continue
        yield from _file(name, Path(name), chosen=False)


def _folder(folder: Path) -> Iterator[tuple[str, Path, bool]]:
    inside = sorted(p for p in folder.rglob("*") if p.is_file())
    good = [p for p in inside if not beside.is_beside(p.relative_to(folder))]
    yield from _of_a_folder(str(folder), [x for p in good for x in _file(str(p), p, chosen=False)])


def _of_a_folder(folder: str, files: list[tuple[str, Path, bool]]) -> list[tuple[str, Path, bool]]:
    if not any(_may_be_export(name, path) for name, path, _ in files):
        raise NothingThereError(InputProblem("no exports in the folder", folder))
    return files


def _may_be_export(name: str, path: Path) -> bool:
    try:
        return sniff.looks_like_table(sniff.sniff(name, path))
    except sniff.NoRowsError as error:
        return error.may_be_export  # told as such
    except InputError:
        return False


def _file(name: str, path: Path, *, chosen: bool) -> Iterator[tuple[str, Path, bool]]:
    if not path.is_file() and not path.is_fifo():
        raise InputError(InputProblem("neither a file nor a folder", name))
    try:
        if path.is_fifo():
            path = _pipe(path)
        with path.open("rb") as stream:
            zipped = stream.read(4) == sniff.ZIP
    except OSError as error:
        raise InputError(InputProblem(f"cannot be read: {error.strerror}", name)) from None
    if not zipped:
        yield name, path, chosen
        return
    for member, unpacked in _unzipped(name, path):
        yield f"{name}/{member}", unpacked, chosen and len(_unzipped(name, path)) == 1


@cache
def _pipe(path: Path) -> Path:
    with path.open("rb") as stream:
        return _spooled(stream)


@cache
def _standard_input() -> Path:
    if sys.stdin is None:
        raise InputError(InputProblem("standard input is closed", "-"))
    return _spooled(sys.stdin.buffer)


def _spooled(stream: IO[bytes]) -> Path:
    """A copy on disk: a stream can be read once only, and a log is read at several places."""
    path = temporary.new_file()
    with temporary.writing(), path.open("wb") as out:
        shutil.copyfileobj(stream, out, 1 << 20)
    return path


@cache
def _unzipped(name: str, path: Path) -> tuple[tuple[str, Path], ...]:
    """(member, unpacked) of a zip, the hidden ones and folders left out."""
    result: list[tuple[str, Path]] = []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if any(m.filename == "[Content_Types].xml" for m in members):
                raise InputError(
                    InputProblem(
                        "an office document, no export", name, hint="save the sheet as CSV"
                    )
                )
            for member in sorted(members, key=lambda m: m.filename):
                if beside.is_beside(Path(member.filename)):
                    continue
                target = temporary.new_file()
                with (
                    archive.open(member) as packed,
                    temporary.writing(),
                    target.open("wb") as out,
                ):
                    shutil.copyfileobj(packed, out, 1 << 20)
                result.append((member.filename, target))
    except _BROKEN_ZIP as error:
        raise InputError(InputProblem(f"the zip file cannot be unpacked ({error})", name)) from None
    if not result:
        raise InputError(InputProblem("no exports in the zip file", name))
    return tuple(result)
