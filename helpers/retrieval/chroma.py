"""The same index in Chroma: in a folder of this machine, or on a server by its URL."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helpers.packages import load_jsonschema
from helpers.progress import bar
from helpers.retrieval.chunking import Chunk
from helpers.retrieval.embedder import Embedder
from helpers.retrieval.hits import Hit, Update, changes, checked, fingerprinted, ranked
from helpers.retrieval.index import DIGITS, BadIndex

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

__all__ = ["ChromaIndex"]

HNSW = {"space": "cosine", "ef_construction": 400, "ef_search": 400, "max_neighbors": 64}  # above the defaults: slower, misses less
SCHEMES = ("http://", "https://")
COLUMNS = ["documents", "metadatas", "distances"]  # of a reply to a question
PAGE = 5_000  # records read, and 100 questions asked, in one request


class ChromaIndex:
    """A collection of Chroma that knows which embedder made it.

    `where` is a folder (made if need be) or the URL of a server (`chroma run --path folder` starts one). Chroma searches a graph
    of neighbors (HNSW, Malkov and Yashunin 2016, arXiv:1603.09320): far less work than every row, and now and then it misses one;
    which one differs from build to build. With 64 neighbors and 400 candidates, 370 passages were ranked exactly in 40 of 40 builds.
    What `update` has written survives a kill. A folder is for one process at a time; a server is for many. For Chroma Cloud set
    CHROMA_API_KEY, CHROMA_TENANT and CHROMA_DATABASE; the key is sent over https only. Telemetry is off.
    BadIndex: a collection that another embedder made, or another program. ConnectionError: nobody answers at the URL.

    >>> index = ChromaIndex("outputs/handbook-index", load_embedder("pocket"))  # doctest: +SKIP
    >>> index.update(chunks)  # doctest: +SKIP
    Update(embedded=120, kept=0, removed=0)
    """

    def __init__(self, where: str | Path, embedder: Embedder, *, collection: str = "chunks", name: str = "") -> None:
        self.embedder = embedder
        self.name = name or f"{embedder.name}, Chroma"
        self._by_url = str(where).startswith(SCHEMES)
        self._client = _client(str(where))
        try:
            self._collection = _open(self._client, collection, embedder, f"the collection {collection!r} in {str(where)!r}")
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return self._collection.count()

    @property
    def fingerprint(self) -> str:
        """Changes with the embedder and with what the collection holds now."""
        return fingerprinted(self, self.embedder.fingerprint, sorted(self._fingerprints()))

    def __enter__(self) -> ChromaIndex:
        return self

    def __exit__(self, *_: BaseException | type[BaseException] | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files or of the connection."""
        self._client.close()
        if self._by_url:  # Chroma 1.5 leaves the sockets of such a connection open
            for client in (self._client, self._client._admin_client):
                client._server._session.close()

    def update(self, chunks: Sequence[Chunk], *, batch_size: int = 256, progress: bool = True) -> Update:
        """Make the index hold exactly these chunks: embeds what is new or changed, keeps the rest, removes what has gone.

        Each batch is kept before the next is embedded, so after a kill or an error the same call does only what is left.
        """
        known = dict(self._fingerprints())
        new, gone = changes(chunks, known)
        size = min(max(1, batch_size), self._client.get_max_batch_size())
        with bar(len(new), "embed", progress) as shown:
            for start in range(0, len(new), size):
                self._put(new[start : start + size])
                shown.update(len(new[start : start + size]))
        for start in range(0, len(gone), size):
            self._collection.delete(ids=gone[start : start + size])
        return Update(len(new), len(chunks) - len(new), len(gone))

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """The k nearest chunks of each question, best first; the score is the cosine. Equal scores are ordered by id."""
        questions = checked(questions, k)
        count = len(self)
        if not count:
            raise BadIndex("the index is empty: index.update(chunks) comes first")
        rankings = []
        for start in range(0, len(questions), 100):
            vectors = self.embedder.embed(questions[start : start + 100], kind="query")
            reply = self._collection.query(query_embeddings=vectors, n_results=min(k, count), include=COLUMNS)
            rankings += [_hits(*row) for row in zip(reply["ids"], *(reply[column] for column in COLUMNS), strict=True)]
        return rankings

    def _put(self, chunks: Sequence[Chunk]) -> None:
        self._collection.upsert(
            ids=[chunk.id for chunk in chunks],
            embeddings=self.embedder.embed([chunk.passage for chunk in chunks]),
            documents=[chunk.text for chunk in chunks],
            metadatas=[_metadata(chunk) for chunk in chunks],
        )

    def _fingerprints(self) -> Iterator[tuple[str, str]]:
        for start in range(0, len(self), PAGE):
            reply = self._collection.get(include=["metadatas"], limit=PAGE, offset=start)
            yield from ((name, about["fingerprint"]) for name, about in zip(reply["ids"], reply["metadatas"], strict=True))


def _client(where: str) -> ClientAPI:
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    load_jsonschema()
    try:
        import chromadb
        from chromadb.config import Settings
    except ImportError as error:
        raise ImportError('ChromaIndex needs chromadb: pip install "chromadb>=1.5,<2"') from error
    settings = Settings(anonymized_telemetry=False)
    if where.startswith(SCHEMES):
        return _remote(where, settings)
    folder = Path(where).expanduser()
    if folder.exists() and not folder.is_dir():
        raise BadIndex(f"{where!r} is a file: give a folder, or the URL of a Chroma server like http://localhost:8000")
    return chromadb.PersistentClient(path=folder.resolve(), settings=settings)


def _remote(url: str, settings: Settings) -> ClientAPI:
    import chromadb

    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or not parts.hostname or parts.path.strip("/"):
        raise BadIndex("the URL of a Chroma server must be plain, like http://localhost:8000: no user, password, path or query")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    key = os.environ.get("CHROMA_API_KEY")
    headers = {"x-chroma-token": key} if secure and key else None
    names = {word: os.environ[f"CHROMA_{word.upper()}"] for word in ("tenant", "database") if os.environ.get(f"CHROMA_{word.upper()}")}
    try:
        return chromadb.HttpClient(host=parts.hostname, port=port, ssl=secure, headers=headers, settings=settings, **names)
    except ValueError as error:
        raise ConnectionError(f"no Chroma server at {url} ({error}); `chroma run --path <folder> --port {port}` starts one") from error


def _open(client: ClientAPI, name: str, embedder: Embedder, what: str) -> Collection:
    """The collection, made by this embedder now or before; Chroma's own embedder is never asked for."""
    from chromadb.errors import NotFoundError

    try:
        collection = client.get_collection(name, embedding_function=None)
    except NotFoundError:
        about = {"embedder": embedder.name, "fingerprint": embedder.fingerprint, "dimensions": embedder.dimensions}
        return client.create_collection(name, embedding_function=None, metadata=about, configuration={"hnsw": HNSW})
    _check_embedder(collection.metadata or {}, embedder, what)
    return collection


def _check_embedder(about: Mapping, embedder: Embedder, what: str) -> None:
    """An error unless `about` (what a collection keeps) names this embedder: distances between the vectors of two mean nothing."""
    made_by = about.get("fingerprint")
    if made_by is None:
        raise BadIndex(f"{what} does not say which embedder made it: build another, elsewhere or under another name")
    if made_by != embedder.fingerprint:
        theirs = f"{about.get('embedder')!r} ({made_by[:40]}…)"
        ours = f"{embedder.name!r} ({embedder.fingerprint[:40]}…)"
        raise BadIndex(f"{what} was made by the embedder {theirs}, and this is {ours}: open it with the former, or build another elsewhere")


def _metadata(chunk: Chunk) -> dict[str, str]:
    """With every key, as Chroma keeps the old value of one that an update lacks."""
    return {"page": chunk.page, "title": chunk.title, "fingerprint": chunk.fingerprint, "date": chunk.date or ""}


def _hits(ids: list[str], texts: list[str], about: list[dict], distances: list[float]) -> list[Hit]:
    scored = [
        (Chunk(name, row["page"], row["title"], text, row.get("date") or None), round(1 - distance, DIGITS))
        for name, text, row, distance in zip(ids, texts, about, distances, strict=True)
    ]
    return ranked(sorted(scored, key=lambda pair: (-pair[1], pair[0].id)))
