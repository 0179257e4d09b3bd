"""Embedders: vectors against transformers called by hand, and against a real server on the loopback that fails by script."""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from tiny import tiny_causal, tiny_seq2seq, tiny_tokenizer

from helpers import places
from helpers.models import ModelError, retry
from helpers.retrieval import load_embedder

TEXTS = ["the soup was cold", "film", "what is 12" + " plus 30" * 9, "positive or negative"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LADDER_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def tiny_bert(folder: Path, *, seed: int = 0, **files: object) -> Path:
    """A random BERT of 2 layers that reads 64 tokens; `files` are the JSON files that sentence-transformers writes."""
    import torch
    from transformers import BertConfig, BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=384, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, max_position_embeddings=64
    )
    folder = folder / f"bert{seed}"
    BertModel(config).save_pretrained(folder)
    tiny_tokenizer(None).save_pretrained(folder)
    return with_files(folder, **files)


def with_files(folder: Path, **files: object) -> Path:
    names = {"pooling": "1_Pooling/config.json", "prompts": "config_sentence_transformers.json", "bert": "sentence_bert_config.json"}
    for name, content in files.items():
        path = folder / names.get(name, f"{name}.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


def by_hand(folder: Path, text: str, pool: str = "mean") -> np.ndarray:
    """One text, no batch, no padding."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    ids = AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()(ids).last_hidden_state[0].numpy()
    vector = {"mean": states.mean(0), "cls": states[0], "lasttoken": states[-1]}[pool]
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("build", [tiny_causal, tiny_bert])
def test_a_batch_gives_what_each_text_gives_alone(tmp_path: Path, build: object) -> None:
    folder = build(tmp_path)
    vectors = load_embedder(f"hf:{folder}").embed(TEXTS, batch_size=3)
    assert (vectors.shape, vectors.dtype) == ((4, 64 if build is tiny_causal else 32), np.float32)
    assert np.abs(vectors - [by_hand(folder, text) for text in TEXTS]).max() < 1e-5


@pytest.mark.parametrize(("pooling", "expected"), [
    ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"), ({"pooling_mode": "cls"}, "cls"),
    ({"pooling_mode_lasttoken": True}, "lasttoken"), ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
])  # fmt: skip
def test_pooling_is_what_the_folder_says(tmp_path: Path, pooling: dict, expected: str) -> None:
    folder = tiny_bert(tmp_path, pooling=pooling)
    assert np.abs(load_embedder(f"hf:{folder}").embed(TEXTS) - [by_hand(folder, text, expected) for text in TEXTS]).max() < 1e-5


@pytest.mark.parametrize(("files", "message"), [
    ({"pooling": {"pooling_mode_max_tokens": True}}, "pooling by max_tokens"),
    ({"pooling": {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}}, "pooling by mean and cls"),
    ({"pooling": {"pooling_mode": "mean", "include_prompt": False}}, "pooling without the prefix"),
    ({"modules": [{"type": "sentence_transformers.models.Dense"}]}, "has Dense beside Transformer"),
])  # fmt: skip
def test_what_would_come_out_wrong_is_refused(tmp_path: Path, files: dict, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        load_embedder(f"hf:{tiny_bert(tmp_path, **files)}")


def test_a_model_with_a_decoder_beside_its_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="a decoder beside the encoder"):
        load_embedder(f"hf:{tiny_seq2seq(tmp_path)}")


def test_questions_and_passages_get_the_prefixes_of_the_folder(tmp_path: Path) -> None:
    plain, prefixed = tiny_bert(tmp_path), tiny_bert(tmp_path, seed=1)
    with_files(prefixed, prompts={"prompts": {"query": "query: ", "document": "doc: "}, "default_prompt_name": None})
    embedder = load_embedder(f"hf:{prefixed}")
    for kind, prefix in (("query", "query: "), ("passage", "doc: ")):
        assert np.abs(embedder.embed(["film"], kind=kind) - by_hand(prefixed, prefix + "film")).max() < 1e-5
    both = [load_embedder(f"hf:{plain}").embed(["film"], kind=kind) for kind in ("query", "passage")]
    assert np.array_equal(*both)


def test_a_long_text_is_cut_at_the_limit_and_counted(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path, bert={"max_seq_length": 16})
    embedder = load_embedder(f"hf:{folder}")
    with pytest.warns(UserWarning, match="1 of 2 texts are longer than 16 tokens and were cut there"):
        long, short = embedder.embed(["x " * 5_000, "x"])
    with pytest.warns(UserWarning, match="1 of 1 texts"):
        assert np.abs(embedder.embed(["x " * 5_001])[0] - long).max() < 1e-6
    assert (embedder.cut, embedder.limit, np.abs(short - by_hand(folder, "x")).max() < 1e-5) == (2, 16, True)


def test_the_fingerprint_changes_with_the_weights_and_with_what_decides_a_vector(tmp_path: Path) -> None:
    one, two = tiny_bert(tmp_path), tiny_bert(tmp_path, seed=1)
    prints = {load_embedder(f"hf:{folder}").fingerprint for folder in (one, two, one)}
    prints.add(load_embedder(f"hf:{with_files(one, pooling={'pooling_mode': 'cls'})}").fingerprint)
    assert len(prints) == 3


def test_a_model_whose_numbers_are_broken_gives_no_vector(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tiny_bert(tmp_path)
    weights = load_file(folder / "model.safetensors")
    save_file({name: value * np.nan for name, value in weights.items()}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match="gave a vector without a direction"):
        load_embedder(f"hf:{folder}").embed(["x"])


@pytest.mark.parametrize(("texts", "kind", "error", "message"), [
    ("one text", "passage", TypeError, "takes a list of texts"), (["a", " "], "passage", ValueError, "text 2 of 2 is ' '"),
    (["a"], "question", ValueError, "kind='question': choose 'passage' or 'query'"),
])  # fmt: skip
def test_what_has_no_vector_is_refused(tmp_path: Path, texts: object, kind: str, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        load_embedder(f"hf:{tiny_bert(tmp_path)}").embed(texts, kind=kind)


def test_no_text_is_no_row(tmp_path: Path) -> None:
    assert load_embedder(f"hf:{tiny_bert(tmp_path)}").embed([]).shape == (0, 32)


@pytest.mark.parametrize("spec", ["bert", "hf:", "hf:./nowhere", "openai:", "openai:text-embedding-3-small"])
def test_an_embedder_that_cannot_be_used_says_why(spec: str) -> None:
    with pytest.raises(ModelError, match=r"unknown embedder|no such folder|no API key"):
        load_embedder(spec)


def test_the_pocket_embedder_is_the_folder_in_data_or_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "root", lambda: tmp_path)
    with pytest.raises(ModelError, match="pocket embedder is missing"):
        load_embedder()
    (tmp_path / "data" / "pocket").mkdir(parents=True)
    tiny_causal(tmp_path).rename(tmp_path / "data" / "pocket" / "embedder")
    assert (load_embedder("pocket").name, load_embedder("pocket").dimensions) == ("pocket", 64)


class Vectors:
    """A server of `/v1/embeddings`: a text's vector is its length and 1. `faults` are met by the first requests, in order."""

    def __init__(self, *faults: str) -> None:
        self.faults, self.requests, self.keys, self.lock = list(faults), [], [], threading.Lock()

    def __enter__(self) -> Vectors:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Vectors

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.owner.lock:
            self.owner.requests.append(body)
            self.owner.keys.append(self.headers["authorization"])
            fault = self.owner.faults.pop(0) if self.owner.faults else ""
        data = [{"object": "embedding", "index": i, "embedding": [len(text), 1]} for i, text in enumerate(body["input"])][::-1]
        answer = {"object": "list", "model": "m", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        if fault == "hang":
            time.sleep(1.5)
        status = int(fault) if fault.isdigit() else 200
        said = {"garbage": b'{"data": [', "page": b"<html>", "few": json.dumps({**answer, "data": data[1:]}).encode()}
        failed = json.dumps({"error": {"message": f"scripted {fault}"}}).encode()
        self._send(status, failed if status != 200 else said.get(fault, json.dumps(answer).encode()))

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if data == b"<html>" else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def at(server: Vectors, **options: object):
    return load_embedder(f"openai:m@{server.url}", **{"timeout": 1.0, "retries": 2, **options})


@pytest.mark.parametrize("faults", [(), ("429",), ("500", "503"), ("hang",), ("garbage",), ("page",), ("few",)])
def test_vectors_of_a_server_come_in_order_whatever_fails_on_the_way(faults: tuple[str, ...]) -> None:
    texts = ["x" * n for n in (3, 9, 1, 7, 5)]
    with Vectors(*faults) as server:
        vectors = at(server).embed(texts, batch_size=2)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], [3, 9, 1, 7, 5])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert len(server.requests) == 3 + len(faults)


@pytest.mark.parametrize(("fault", "message", "asked"), [
    ("400", r"no vectors from 'm' for 1 texts: HTTP 400: scripted 400$", 1), ("401", "HTTP 401", 1), ("few", "0 vectors for 1 texts", 3),
])  # fmt: skip
def test_a_server_that_goes_on_failing_is_an_error_and_never_a_hole(fault: str, message: str, asked: int) -> None:
    with Vectors(*[fault] * 9) as server, pytest.raises(ModelError, match=message):
        at(server).embed(["x"])
    assert len(server.requests) == asked


def test_nobody_listening_is_said() -> None:
    with Vectors() as server:
        pass
    with pytest.raises(ModelError, match="cannot connect to http://127"):
        at(server).embed(["x"])


def test_the_key_comes_from_the_environment_and_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    with Vectors() as server:
        embedder = at(server)
        embedder.embed(["x"])
    assert server.keys == ["Bearer sk-secret"]
    assert "secret" not in json.dumps([embedder.fingerprint, str(vars(embedder))])
    assert embedder.fingerprint == f"openai:m@{server.url}"
    assert os.environ["LADDER_API_KEY"] not in embedder.name


def test_a_text_that_cannot_be_sent_is_not_called_a_bad_response() -> None:
    with Vectors() as server, pytest.raises(ModelError, match="UnicodeEncodeError"):
        at(server).embed(["\ud800"])
    assert server.requests == []
