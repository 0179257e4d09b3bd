"""llama.cpp's own server on the loopback, by a Python that has xllamacpp: `python llama_server.py model.gguf PORT`.

It needs nothing else, so it has an environment of its own: see CONTRIBUTING, Past one machine.
"""

from __future__ import annotations

import sys
import time


def main(gguf: str, port: str) -> None:
    """Serve until killed: four conversations at a time, of at most 2,048 tokens each, on one thread."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path, params.hostnames, params.port = gguf, ["127.0.0.1"], int(port)
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 8192, 4, 1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}/v1\n")
    sys.stdout.flush()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])
