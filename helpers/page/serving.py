"""The page behind a port of this machine."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from helpers.page.web import Page

__all__ = ["served"]


@contextmanager
def served(page: Page, port: int = 0) -> Iterator[str]:
    """The page behind a port of this machine (0: any that is free) while the block runs; yields its address. OSError: the port is taken."""
    import uvicorn

    page.open()
    app = page.build()
    with socket.socket() as door:
        _bind(door, port)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, limit_concurrency=64, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            while thread.is_alive() and not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            page.thread.shutdown(wait=False, cancel_futures=True)


def _bind(door: socket.socket, port: int) -> None:
    if os.name == "posix":  # elsewhere the option would let two programs share the port
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", port))
    except OSError as error:
        raise OSError(f"port {port} of this machine cannot be had ({error.strerror}): name another, or 0 for any that is free") from error
