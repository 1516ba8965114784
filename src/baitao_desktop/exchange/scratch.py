"""A temporary file whose bytes on the disk say nothing: what a bundle holds never lies in the clear on a laptop."""

from __future__ import annotations

import io
import tempfile
from typing import BinaryIO, cast

from baitao_desktop import seal

_BUFFER = 256 * 1024


def scratch() -> BinaryIO:
    """A seekable, unnamed file under a key that lives in memory only; it is gone when closed, or when we crash."""
    return cast("BinaryIO", io.BufferedRandom(_Masked(), _BUFFER))


class _Masked(io.RawIOBase):
    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="baitao-", buffering=0)  # noqa: SIM115 – closed in close()
        self._key = seal.new_key()
        self._at = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self._at
        elif whence == io.SEEK_END:
            offset += self._file.seek(0, io.SEEK_END)
        if offset < 0:
            raise ValueError("negative place in a file")
        self._at = offset
        return offset

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        self._file.seek(self._at)
        data = self._file.read(len(view)) or b""
        view[: len(data)] = self._masked(data)
        self._at += len(data)
        return len(data)

    def write(self, data: object) -> int:
        masked = self._masked(memoryview(data).tobytes())  # type: ignore[arg-type]
        self._file.seek(self._at)
        written = self._file.write(masked) or 0
        self._at += written
        return written

    def truncate(self, size: int | None = None) -> int:
        return self._file.truncate(self._at if size is None else size)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._file.close()

    def _masked(self, data: bytes) -> bytes:
        shift = self._at % 16
        return seal.mask(self._key, self._at - shift, bytes(shift) + data)[shift:]
