"""Chroma: in a folder and behind its own server, the same code; killed, reopened, opened by mistake."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_retrieval_index import Words, chunks

from helpers import places
from helpers.retrieval import BadIndex, ChromaIndex, Chunk, NumpyIndex, by_structure, by_tokens, read_pages
from helpers.retrieval.pages import Page
from helpers.tasks import load_task

pytest.importorskip("chromadb")
ROOT = Path(__file__).resolve().parent.parent
MANY = [f"word{i % 37} number{i} thing{i % 11}" for i in range(500)]


class Kept(Words):
    """Each word's direction is drawn once."""

    _word = functools.cache(Words._word)


def start(folder: Path) -> tuple[subprocess.Popen, int]:
    """`chroma run` over the folder, on a free port of the loopback, and that port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("chroma"), "run", "--path", folder / "data", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment), port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that all tests share."""
    folder = tmp_path_factory.mktemp("server")
    process, port = start(folder)
    try:
        if not _listens(port, process):
            pytest.skip(f"`chroma run` did not start: {(folder / 'log').read_text(errors='replace')[-300:]}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int, process: subprocess.Popen) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


@pytest.fixture(params=["folder", "server"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "index") if request.param == "folder" else request.getfixturevalue("server")


def collection(request: pytest.FixtureRequest) -> str:
    """A name of its own for each test: the server is shared."""
    return f"c{abs(hash(request.node.nodeid))}"


def test_the_same_code_finds_the_same_as_numpy_in_a_folder_and_on_a_server(where: str, request: pytest.FixtureRequest) -> None:
    rows, questions = chunks(*MANY), [f"number{i} thing{i % 11}" for i in range(0, 500, 9)]
    exact = NumpyIndex(Words(), rows).search(questions, 5)
    with ChromaIndex(where, Words(), collection=collection(request)) as index:
        assert index.update(rows, progress=False).embedded == len(index) == 500
        found = index.search(questions, 5)
    assert [row[0].chunk for row in found] == [row[0].chunk for row in exact]  # text, title and date included
    same = [len({hit.chunk.id for hit in one} & {hit.chunk.id for hit in other}) for one, other in zip(found, exact)]
    assert sum(same) / (5 * len(same)) > 0.98
    assert found[0][0].score == pytest.approx(exact[0][0].score, abs=1e-5)
    assert [hit.rank for hit in found[0]] == [1, 2, 3, 4, 5]


def test_a_handbook_is_ranked_exactly_whatever_graph_was_built(tmp_path: Path) -> None:
    """Chroma draws another graph at each build; a miss would change a prompt, and a recorded reply would not be found."""
    passages = by_structure(read_pages(places.data("handbook", "pages")), 128)
    questions = [row["input"] for split in ("dev", "test") for row in load_task("handbook")[split]]
    vectors = Kept()
    exact = _found(NumpyIndex(vectors, passages), questions)
    for build in range(4):
        with ChromaIndex(tmp_path / str(build), vectors) as index:
            index.update(passages, progress=False)
            assert _found(index, questions) == exact


def _found(index: NumpyIndex | ChromaIndex, questions: list[str]) -> list[list[str]]:
    return [[hit.chunk.id for hit in row] for row in index.search(questions, 50)]


def test_after_reopening_only_a_changed_page_is_embedded_and_a_gone_one_is_gone(where: str, request: pytest.FixtureRequest) -> None:
    pages = [Page(f"p{i}", f"Page {i}", f"# Page {i}\n" + f"topic{i} " * 60) for i in range(6)]
    with ChromaIndex(where, Words(), collection=collection(request)) as index:
        index.update(by_tokens(pages, 40, 0))
    embedder = Words()
    pages = [replace(pages[0], text="# Page 0\nall new words"), *pages[2:]]
    with ChromaIndex(where, embedder, collection=collection(request)) as index:
        before = len(index)
        done = index.update(by_tokens(pages, 40, 0))
        assert {text.split("\n")[-1] for text in embedder.seen} == {"all new words"}
        assert (done.embedded, done.kept + 1, len(index)) == (1, len(index), before - done.removed)
        assert index.search(["all new words"], 1)[0][0].chunk.page == "p0"
        assert "p1" not in {hit.chunk.page for hit in index.search(["topic1"], 99)[0]}
        assert index.update(by_tokens(pages, 40, 0)).embedded == 0


def test_an_index_of_another_embedder_is_refused_and_left_as_it_was(where: str, request: pytest.FixtureRequest) -> None:
    with ChromaIndex(where, Words(), collection=collection(request)) as index:
        index.update(chunks("a", "b"))
    with pytest.raises(BadIndex, match=r"was made by the embedder 'words' \(words 64…\), and this is 'other'"):
        ChromaIndex(where, Words("other"), collection=collection(request))
    with ChromaIndex(where, Words(), collection=collection(request)) as index:
        assert len(index) == 2


def test_a_collection_of_another_program_is_refused(tmp_path: Path) -> None:
    import chromadb
    from chromadb.config import Settings

    with chromadb.PersistentClient(tmp_path, settings=Settings(anonymized_telemetry=False)) as client:
        client.create_collection("chunks", embedding_function=None)
    with pytest.raises(BadIndex, match="does not say which embedder made it"):
        ChromaIndex(tmp_path, Words())


SCRIPT = """
import sys, time
from test_retrieval_index import Words, chunks
from helpers.retrieval import ChromaIndex

class Told(Words):
    def embed(self, texts, **options):
        if len(texts) > 1:
            print("kept", flush=True)  # the batch before this one was acknowledged
        return super().embed(texts, **options)

index = ChromaIndex(sys.argv[1], Told())
index.update(chunks(*[f"word{i % 37} number{i} thing{i % 11}" for i in range(500)]), batch_size=20, progress=False)
time.sleep(60)
"""


@pytest.mark.parametrize("batches", [1, 9, 17])
def test_after_kill_9_nothing_that_was_acknowledged_is_lost(tmp_path: Path, batches: int) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=env)
    with process.stdout as said:
        for _ in range(batches + 1):
            assert said.readline() == "kept\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    embedder = Words()
    with ChromaIndex(tmp_path, embedder) as index:
        assert len(index) >= 20 * batches
        assert index.search([MANY[7]], 1)[0][0].chunk.text == MANY[7]
        embedder.seen.clear()
        done = index.update(chunks(*MANY))
        assert (done.embedded + done.kept, len(index)) == (500, 500)
        assert (done.kept >= 20 * batches, len(embedder.seen)) == (True, done.embedded)
        assert [row[0].chunk.text for row in index.search(MANY[:60], 1)] == MANY[:60]


def test_a_server_killed_and_started_again_has_lost_nothing(tmp_path: Path) -> None:
    for kept in (0, 100):
        process, port = start(tmp_path)
        try:
            if not _listens(port, process):
                pytest.skip(f"`chroma run` did not start: {(tmp_path / 'log').read_text(errors='replace')[-300:]}")
            with ChromaIndex(f"http://127.0.0.1:{port}", Words()) as index:
                assert len(index) == kept
                assert index.update(chunks(*MANY[:100]), progress=False).kept == kept
                assert [row[0].chunk.text for row in index.search(MANY[:100], 1)] == MANY[:100]
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(20)


def test_an_embedder_that_fails_half_way_leaves_what_was_kept(tmp_path: Path) -> None:
    class Failing(Words):
        def embed(self, texts: list[str], **options: object):
            if "number45 " in " ".join(texts):
                raise OSError("no power")
            return super().embed(texts, **options)

    with ChromaIndex(tmp_path, Failing()) as index:
        with pytest.raises(OSError, match="no power"):
            index.update(chunks(*MANY[:60]), batch_size=20)
        assert len(index) == 40


def test_a_date_that_was_taken_off_a_page_is_gone_and_the_fingerprint_says_so(tmp_path: Path) -> None:
    with ChromaIndex(tmp_path, Words()) as index:
        index.update([Chunk("p#0", "p", "", "red", "2024-01-01")])
        dated = index.fingerprint
        index.update([Chunk("p#0", "p", "", "red")])
        assert index.search(["red"])[0][0].chunk.date is None
        assert index.fingerprint != dated


def test_an_update_that_would_lose_something_changes_nothing(tmp_path: Path) -> None:
    with ChromaIndex(tmp_path, Words()) as index:
        index.update(chunks("a", "b"))
        for rows in ([], [*chunks("a"), *chunks("c")]):
            with pytest.raises(ValueError, match=r"got none|2 chunks have the id"):
                index.update(rows)
        assert len(index) == 2


def test_more_hits_than_chunks_and_a_very_long_question(tmp_path: Path) -> None:
    with ChromaIndex(tmp_path, Words()) as index:
        with pytest.raises(BadIndex, match="the index is empty"):
            index.search(["a"])
        index.update([Chunk("p#0", "p", "", "red"), Chunk("p#1", "p", "", "blue")])
        assert [hit.chunk.text for hit in index.search(["blue " * 2_000], 50)[0]] == ["blue", "red"]


def test_nobody_at_the_url_is_said_with_what_starts_a_server() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ConnectionError, match=r"no Chroma server at http.*`chroma run --path <folder> --port \d+`"):
        ChromaIndex(url, Words())


@pytest.mark.parametrize("url", ["http://user:secret@localhost:1", "http://localhost:1/?key=secret"])
def test_a_key_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadIndex, match="must be plain") as error:
        ChromaIndex(url, Words())
    assert "secret" not in str(error.value)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(BadIndex, match="is a file"):
        ChromaIndex(tmp_path / "f", Words())


CALLS_HOME = """
import sys
asked = []
sys.addaudithook(lambda event, args: asked.append(args) if event in ("socket.connect", "socket.getaddrinfo") else None)
from test_retrieval_index import Words, chunks
from helpers.retrieval import ChromaIndex
with ChromaIndex(sys.argv[1], Words()) as index:
    index.update(chunks("a", "b"), progress=False)
    index.search(["a"])
    assert index._client.get_settings().anonymized_telemetry is False
print(asked)
"""


def test_the_embedded_index_opens_no_connection(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    done = subprocess.run([sys.executable, "-c", CALLS_HOME, str(tmp_path)], capture_output=True, text=True, env=env, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
