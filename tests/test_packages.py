"""What a library costs: packages, size, import; and a guard before everything that is not this machine."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import urllib.request
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from servers import Server

from helpers.packages import import_seconds, loopback_only, megabytes, needed


def test_a_package_needs_what_its_needs_need() -> None:
    assert needed("jinja2") == {"jinja2", "markupsafe"}
    assert {"nbformat", "jsonschema", "attrs"} <= needed("nbformat")  # attrs is jsonschema's


def test_an_extra_counts_only_where_it_is_asked_for() -> None:
    assert "tinycss2" not in needed("bleach")
    assert "tinycss2" in needed("bleach[css]")
    assert "tinycss2" in needed("nbconvert")  # it asks for bleach[css]


def test_a_notebook_is_read_without_the_grammar_of_web_addresses() -> None:
    code = "import sys, helpers.workbook, nbformat, jsonschema; print('rfc3987_syntax' in sys.modules, jsonschema.validate(1, {}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False None\n"


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(PackageNotFoundError, match="no-such-package"):
        needed("no-such-package")


def test_the_size_is_that_of_the_files_without_bytecode() -> None:
    files = [file.locate() for file in distribution("jinja2").files if file.suffix != ".pyc"]
    assert megabytes(["jinja2"]) == pytest.approx(sum(file.stat().st_size for file in files) / 1e6)
    assert megabytes(["jinja2", "markupsafe"]) > megabytes(["jinja2"])


def test_an_import_is_timed_in_a_python_of_its_own() -> None:
    assert import_seconds("import time\ntime.sleep(0.2)", times=1) >= 0.2


def test_an_import_that_fails_says_what_is_missing() -> None:
    with pytest.raises(ImportError, match="No module named 'no_such_module'"):
        import_seconds("import no_such_module", times=1)


def test_this_machine_may_be_reached_and_is_not_listed() -> None:
    with Server() as server, loopback_only() as tried:
        port = int(server.url.rpartition(":")[2].split("/")[0])
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, port), timeout=5).close()
    assert tried == []


def test_no_other_address_and_no_other_name_may() -> None:
    with loopback_only() as tried:
        with pytest.raises(OSError, match=r"192\.0\.2\.1:80 is not on this machine"):
            socket.create_connection(("192.0.2.1", 80), timeout=0.1)
        with socket.socket() as plain, pytest.raises(OSError, match=r"192\.0\.2\.2:9 is not on this machine"):
            plain.connect_ex(("192.0.2.2", 9))
        with pytest.raises(OSError, match="is not on this machine"):
            urllib.request.urlopen("http://nowhere.invalid/", timeout=0.1)
    assert tried == ["192.0.2.1:80", "192.0.2.2:9", "nowhere.invalid:80"]


def test_asyncio_is_guarded_too() -> None:
    with loopback_only() as tried, pytest.raises(OSError, match="is not on this machine"):
        asyncio.run(asyncio.open_connection("nowhere.invalid", 443))
    assert tried == ["nowhere.invalid:443"]


def test_afterwards_all_is_as_it_was() -> None:
    before = (socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo)
    with loopback_only():
        assert socket.socket.connect is not before[0]
    assert (socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo) == before
