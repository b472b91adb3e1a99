"""Lines to stdout and stderr, whose readers may leave before the job ends."""

from __future__ import annotations

import errno
import os
from typing import TextIO

from tqdm import tqdm

# A pipe without a reader, the same on Windows, and a terminal that was closed.
_GONE = (errno.EPIPE, errno.EINVAL, errno.EIO)


def print_line(text: str, stream: TextIO) -> None:
    """Print a line, past any bar. Once nobody reads the stream, what is printed there is dropped.

    OSError where it fails for another reason, such as a full disk.
    """
    try:
        tqdm.write(text, file=stream)
        stream.flush()
    except OSError as error:
        if error.errno not in _GONE:
            raise
        # What the stream still holds, Python writes when it ends: that must not fail either.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
