"""How the bodies of requests with files are received."""

from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedFileUploadHandler(TemporaryFileUploadHandler):
    """Writes a file to DATA_DIR, and no more of it than may be received.

    The rest is read and thrown away, so that the answer can say what is wrong; a connection cut
    off half-way says nothing.
    """

    def new_file(self, *args: Any, **options: Any) -> None:
        super(TemporaryFileUploadHandler, self).new_file(*args, **options)
        self.written = 0
        # The temporary name takes the extension from the name, which may be of any length.
        short = "upload" + PurePosixPath(self.file_name or "").suffix[:8]
        self.file = TemporaryUploadedFile(
            short, self.content_type or "", 0, self.charset, self.content_type_extra
        )
        self.file.name = self.file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        room = settings.FILE_MAX_MB * 1024 * 1024 + 1 - self.written
        if room > 0:
            try:
                self.file.write(raw_data[:room])
            except OSError:
                # A full disk gets its room back at once, not when the garbage is collected.
                with suppress(OSError):
                    self.file.close()
                raise
            self.written += min(room, len(raw_data))
        return None

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """The file, with its whole size as it was sent."""
        self.file.seek(0)
        self.file.size = file_size
        return self.file
