"""Output files: written under another name first, then renamed, all of them or none.

A reader sees the old file or the new one, whole; a run that fails or is interrupted leaves neither
half a file nor the temporary one. What goes to an object store waits in the temporary folder and is
uploaded once all files are complete, before any is renamed, since it may fail more easily.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, cast

from cesctl.cloud import urls
from cesctl.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from cesctl.present.files import Kind

ENDINGS: dict[str, str] = {
    ".csv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}


def kind_of(path: str, option: str) -> Kind:
    """What to write, by the file's ending. Raises UsageError for any other."""
    kind = ENDINGS.get(Path(path).suffix.lower())
    if kind is None:
        hint = "; for standard output use -f" if path == "-" or path.startswith("/dev/") else ""
        raise UsageError(f'{option} "{path}" must end with {", ".join(ENDINGS)}{hint}')
    return cast("Kind", kind)


def check_apart(outputs: Iterable[str], inputs: Iterable[str]) -> None:
    """Raises UsageError where two outputs are one file, or where one would replace an input."""
    read = {_place(path) for path in inputs}
    written: set[object] = set()
    for path in outputs:
        real = _place(path)
        if real in written:
            raise UsageError(f'"{path}" is given twice as an output')
        if real in read:
            raise UsageError(f'"{path}" would be written over a file that is read')
        written.add(real)


def _place(path: str) -> object:
    """The same for all names of one place."""
    return urls.identity(path) or os.path.realpath(path)


def check_writable(path: str) -> None:
    """Raises OutputError for a place where nothing can be written, before any work is done."""
    if urls.is_url(path):
        from cesctl.cli.console import in_thread
        from cesctl.cloud.upload import check_target

        in_thread(lambda: check_target(path))
        return
    if urls.is_other_url(path):
        what = "URLs of this kind are not written; those of s3://, gs:// and az:// are"
        raise OutputError(f'cannot write "{urls.masked(path)}": {what}')
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise OutputError(f'cannot write "{path}": it is a folder')
    if not target.parent.is_dir():
        raise OutputError(f'cannot write "{path}": there is no folder "{Path(path).parent}"')
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f'cannot write "{path}": the file is read-only')
    if not _is_special(target) and not os.access(target.parent, os.W_OK | os.X_OK):
        raise OutputError(f'cannot write "{path}": the folder "{Path(path).parent}" is read-only')


class OutputFiles:
    """Files that appear together, by ``commit``; leaving without it removes what there is."""

    def __init__(self) -> None:
        self._waiting: list[
            tuple[Path, Path, str]
        ] = []  # temporary name, name, as the user said it
        self._uploads: list[tuple[Path, str]] = []  # local file, URL
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # After Ctrl-C the thread that writes may still run: it finds this closed.
        with self._lock:
            self._closed = True
            for temporary, _, _ in self._waiting:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)
            for local, _ in self._uploads:
                with contextlib.suppress(OSError):
                    local.unlink(missing_ok=True)

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        """Writes one file under a temporary name; a pipe or a device gets its bytes at once."""
        if urls.is_url(path):
            self._uploads.append((_spooled(path, chunks), path))
            return
        target = Path(os.path.realpath(path))  # a link stays a link
        try:
            if _is_special(target):
                with target.open("wb", buffering=0) as device:
                    _write_all(device, chunks)
                return
            with self._open(target, path) as file:
                _write_all(file, chunks)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _failed(path, error) from error

    def commit(self) -> None:
        """Gives all files their names. Raises OutputError, which says what was written before."""
        with self._lock:
            done: list[str] = []
            while self._uploads:
                local, url = self._uploads[0]
                try:
                    _upload(local, url)
                except OutputError as error:
                    raise _after(error, done) from None
                done.append(url)
                local.unlink(missing_ok=True)
                self._uploads.pop(0)
            while self._waiting:
                temporary, target, path = self._waiting[0]
                try:
                    temporary.replace(target)
                    _sync_folder(target.parent)
                except OSError as error:
                    raise _after(_failed(path, error), done) from error
                done.append(path)
                self._waiting.pop(0)

    def _open(self, target: Path, path: str) -> IO[bytes]:
        temporary = target.with_name(f".cesctl-{secrets.token_hex(8)}.part")
        with self._lock:
            if self._closed:
                raise OutputError(f'"{path}" is not written: the run has ended')
            file = temporary.open("xb")
            self._waiting.append((temporary, target, path))
        with contextlib.suppress(OSError):  # who may read the old file may read the new one
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        return file


def _spooled(url: str, chunks: Iterable[bytes]) -> Path:
    """A local file of what is to be uploaded."""
    from cesctl.sources import temporary

    local = temporary.new_file()
    try:
        with local.open("wb") as file:
            _write_all(file, chunks)
    except OSError as error:
        where = local.parent.parent.parent
        raise OutputError(
            f'cannot write "{url}": {error.strerror or error} in "{where}", where it waits for its upload\n'
            "  let the variable TMPDIR name a folder with more room"
        ) from error
    return local


def _upload(local: Path, url: str) -> None:
    from cesctl.cli.console import in_thread
    from cesctl.cloud.upload import upload

    in_thread(lambda: upload(local, url))


def _after(error: OutputError, done: list[str]) -> OutputError:
    """The error, with what was written before it."""
    if not done:
        return error
    first, *rest = str(error).splitlines()
    said = f"written before that: {', '.join(done)}; nothing else was"
    return OutputError("\n".join([first, *rest, f"  {said}"]))


def _write_all(file: IO[bytes], chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:  # a device may take less than it is given
            rest = rest[file.write(rest) :]


def _is_special(target: Path) -> bool:
    return target.exists() and not target.is_file() and not target.is_dir()


def _sync_folder(folder: Path) -> None:
    """Makes the new name last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _failed(path: str, error: OSError) -> OutputError:
    return OutputError(f'cannot write "{path}": {error.strerror or error}')
