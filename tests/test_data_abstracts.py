"""The frozen abstracts are what their card says: every name stands in its text, in order, and made-up names stay in one split."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from itertools import combinations, product

import pytest

from helpers import places

FOLDER = places.data("abstracts")
LEAST = {"train": 200, "dev": 80, "test": 120}
KINDS = ["plain", "versions", "abbreviation", "lookalike", "none", "twice", "compared"]
COLUMNS = ["id", "input", "target", "kind"]
# How the names of real families begin; every other name was made up for its abstract.
REAL = (
    r"ALBERT|AlexNet|Alpaca|AlphaFold|AlphaZero|AST|AudioLDM|Aya|Bark|BART|BEiT|BERT|BERTweet|BGE|BioBERT|BioGPT|BioMedLM|BioViL|BirdNET|"
    r"BLIP|BLOOM|BLOOMZ|ByT5|CamemBERT|Canary|CANINE|CED|Chameleon|ChemBERTa|Chinchilla|Chinese-CLIP|Chronos|Claude|ClimaX|ClinicalBERT|"
    r"CLIP|CodeBERT|CodeGemma|CodeGen|CodeLlama|Codestral|CodeT5|Codex|ColBERT|Conformer|ConvNeXt|CPM|Cutie|DALL-E|Data2Vec|DeBERTa|"
    r"DeepLab|DeepSeek|DeiT|DenseNet|DETR|DGCNN|DINOv2|DistilBERT|Donut|DPR|EfficientDet|EfficientFormer|EfficientNet|ELECTRA|ELMo|Emu|"
    r"EnCodec|ERNIE|ESM|ESMFold|EVA|Falcon|Faster|FastSpeech|FinBERT|Flamingo|Flan|FLAN|FLUX|FourCastNet|FT-T|GAT|GatorTron|Gemini|Gemma|"
    r"GIN|GLM|Glow-TTS|Gopher|gpt|GPT|Granite|GraphCast|Grounding|HiFi-GAN|HRNet|HuBERT|I3D|Inception|InstructBLIP|Jukebox|Jurassic|"
    r"Kosmos|LaBSE|LayoutLM|LayoutXLM|LED|Legal-BERT|Llama|LLaMA|LLaVA|Longformer|LongT5|LSTNet|LTC|M2M|Maia|Mamba|Mask|Mask2Former|"
    r"mBART|mBERT|MCAN|MedSAM|Megatron|MERT|MetNet|MiniLM|Ministral|Mistral|Mixtral|MMS|MobileNet|ModernBERT|MolFormer|mT0|mT5|MTGNN|"
    r"MusicGen|MusicLM|MuZero|NAFNet|NLLB|nnU-Net|Nougat|OLMo|OneFormer|OpenFlamingo|OPT|OWL-ViT|PaLM|Pangu|PANNs|Parakeet|PEGASUS|"
    r"Pegasus-X|Perceiver|Perch|Phi|Pix2Struct|Pixtral|Point|PointNet|ProphetNet|ProtBERT|ProtT5|PubMedBERT|Pythia|QuartzNet|Qwen|R3D|"
    r"Reformer|RegNet|ResNet|ResNeXt|Restormer|RetinaNet|RN50|RoBERTa|RT-DETR|SAINT|SAM|SciBERT|SDXL|SeamlessM4T|SegFormer|Segment|"
    r"Segmenter|Sentence-BERT|SKEP|SlowFast|SPECTER|SpeechT5|SpineNet|Stable|StarCoder|Swin|T5|Tacotron|TFT|TimesFM|TimeSformer|TinyBERT|"
    r"TrOCR|U-Net|UL2|UNETR|UniRep|USE|VALL-E|VGG|Vicuna|ViLT|ViT|ViTPose|VITS|Wav2Lip|wav2vec|WavLM|Whisper|XCiT|XGLM|XLM|XLNet|XLS-R|"
    r"Yi|YOLO|YOLOX"
)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def places_of(name: str, text: str) -> list[int]:
    return [match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def made_up(row: dict) -> set[str]:
    return {name for name in row["target"] if not re.match(rf"(?:{REAL})(?:[-\s/.]|[vV]?\d|$)", name)}


def read(name: str) -> list[dict]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_bytes().decode("utf-8").split("\n")[:-1]]


STREAM, EDGE = read("stream"), read("edge")


@pytest.fixture(scope="module")
def splits() -> dict[str, list[dict]]:
    return {name: read(name) for name in LEAST}


@pytest.fixture(scope="module")
def rows(splits: dict[str, list[dict]]) -> list[dict]:
    return [row for part in splits.values() for row in part]


def test_every_split_is_large_enough_and_has_the_columns_in_order(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items() if len(part) < LEAST[name]} == {}
    assert [row["id"] for part in splits.values() for row in part if list(row) != COLUMNS] == []


@pytest.mark.parametrize("name", LEAST)
def test_two_in_five_are_plain_and_the_hard_kinds_share_the_rest(splits: dict[str, list[dict]], name: str) -> None:
    share = {kind: count / len(splits[name]) for kind, count in Counter(row["kind"] for row in splits[name]).items()}
    assert set(share) == set(KINDS)
    assert 0.35 <= share.pop("plain") <= 0.45
    assert min(share.values()) >= 0.08
    assert max(share.values()) <= 0.12


def test_ids_run_over_all_splits_and_texts_are_unique(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"abstracts-{i:04d}" for i in range(1, len(rows) + 1)]
    assert len({" ".join(words(row["input"])) for row in rows}) == len(rows)


def test_every_name_stands_in_its_text_once_in_the_list_and_in_order_of_first_mention(rows: list[dict]) -> None:
    for row in [*rows, *(row for row in STREAM if row["target"] is not None)]:
        first = [(places_of(name, row["input"]) or [-1])[0] for name in row["target"]]
        assert -1 not in first, row["id"]
        assert first == sorted(set(first)), row["id"]


def test_exactly_the_kind_none_names_no_model(rows: list[dict]) -> None:
    assert [row["id"] for row in rows if (row["target"] == []) != (row["kind"] == "none")] == []


def test_exactly_the_kind_twice_has_a_name_that_comes_twice(rows: list[dict]) -> None:
    repeated = {row["id"] for row in rows if any(len(places_of(name, row["input"])) > 1 for name in row["target"])}
    assert repeated == {row["id"] for row in rows if row["kind"] == "twice"}


def test_a_target_is_not_a_data_set_a_method_a_metric_or_a_library(rows: list[dict]) -> None:
    others = r"SQuAD|GLUE|ImageNet|CIFAR|MMLU|COCO|HotpotQA|Q?LoRA|Adam|RLHF|DPO|PPO|BLEU|ROUGE|BERTScore|PyTorch|spaCy|LSTM|CNN"
    assert [row["id"] for row in rows for name in row["target"] if re.match(rf"(?:{others})(?![a-z])", name)] == []


def test_made_up_names_stand_in_a_quarter_of_the_rows_or_more_and_in_one_split_each(splits: dict[str, list[dict]]) -> None:
    names = {name: {made for row in part for made in made_up(row)} for name, part in splits.items()}
    for (_, some), (_, others) in combinations(names.items(), 2):
        assert {name.casefold() for name in some} & {name.casefold() for name in others} == set()
    for name, part in splits.items():
        assert sum(bool(made_up(row)) for row in part) / len(part) >= 0.25, name


def test_no_two_abstracts_are_near_duplicates(rows: list[dict]) -> None:
    sets = [frozenset(words(row["input"])) for row in rows]
    close = [(rows[i]["id"], rows[j]["id"]) for (i, a), (j, b) in combinations(enumerate(sets), 2) if len(a & b) > 0.35 * len(a | b)]
    assert close == []


def test_at_most_three_abstracts_open_with_the_same_three_words(rows: list[dict]) -> None:
    assert max(Counter(tuple(words(row["input"])[:3]) for row in rows).values()) <= 3


def test_texts_are_clean_and_of_the_promised_length(rows: list[dict]) -> None:
    for text in (row["input"] for row in rows):
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn"} for letter in text), text
        assert "  " not in text, text
        assert 45 <= len(text.split()) <= 90, text


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    assert f"{len(rows)} abstracts" in card
    for name, part in splits.items():
        counts = (
            len(part),
            sum(len(row["target"]) for row in part),
            sum(bool(made_up(row)) for row in part),
            sum(row["kind"] != "plain" for row in part),
        )
        assert f"| {name} | {' | '.join(map(str, counts))} |" in card
    for kind in KINDS:
        per = [sum(row["kind"] == kind for row in part) for part in splits.values()]
        assert f"| {kind} | {sum(per)} | {' | '.join(map(str, per))} |" in card


def test_the_stream_brings_ten_a_day_for_thirty_days_and_every_fifth_is_labeled() -> None:
    assert {tuple(row) for row in STREAM} == {("id", "day", "input", "target", "kind")}
    assert [(row["id"], row["day"]) for row in STREAM] == [(f"stream-{i:04d}", (i + 9) // 10) for i in range(1, 301)]
    assert [i for i, row in enumerate(STREAM, 1) if row["target"] is not None] == list(range(5, 301, 5))


def test_the_stream_is_plain_until_day_16_and_broken_from_day_22_on_only() -> None:
    days = [Counter(row["kind"] for row in STREAM if row["day"] == day) for day in range(1, 31)]
    assert [day["structured"] for day in days] == [0] * 15 + [4] * 15
    assert [day["broken"] > 0 for day in days] == [False] * 21 + [True] * 9
    assert sum(day["broken"] for day in days) == 14


def test_plain_arrivals_have_40_to_90_words_and_structured_ones_120_to_170_under_headings() -> None:
    for row in STREAM:
        size, heads = len(row["input"].split()), re.findall(r"(?:Background|Methods|Results): ", row["input"])
        assert row["kind"] == "broken" or size in (range(120, 171) if row["kind"] == "structured" else range(40, 91)), row["id"]
        assert len(heads) == (3 if row["kind"] == "structured" else 0), row["id"]


def test_no_two_arrivals_share_more_than_30_percent_of_their_words_with_each_other_or_with_the_task(rows: list[dict]) -> None:
    new, old = ([(row["id"], frozenset(words(row["input"]))) for row in part if row["input"]] for part in (STREAM + EDGE, rows))
    pairs = [*combinations(new, 2), *product(new, old)]
    assert [(a, b) for (a, some), (b, others) in pairs if len(some & others) > 0.30 * len(some | others)] == []


def test_made_up_names_of_the_task_do_not_occur_in_the_new_texts(splits: dict[str, list[dict]]) -> None:
    names = {name.casefold() for part in splits.values() for row in part for name in made_up(row)}
    for row in STREAM + EDGE:
        assert [name for name in names if places_of(name, row["input"].casefold())] == [], row["id"]


def test_edge_cases_are_24_of_a_kind_each_and_their_names_stand_in_the_texts() -> None:
    assert {tuple(row) for row in EDGE} == {("id", "input", "target", "kind")}
    assert [row["id"] for row in EDGE] == [f"edge-{i:02d}" for i in range(1, 25)]
    assert len({row["kind"] for row in EDGE}) == len({row["input"] for row in EDGE}) == 24
    absent = [row["kind"] for row in EDGE for name in row["target"] if name not in row["input"]]
    assert absent == ["line end"]


def test_the_card_gives_the_counts_of_the_stream_and_of_the_edge_cases() -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for begin, end in ((1, 15), (16, 21), (22, 30)):
        part = [row for row in STREAM if begin <= row["day"] <= end]
        kinds = Counter(row["kind"] for row in part)
        labeled = sum(row["target"] is not None for row in part)
        assert f"| {begin} to {end} | {len(part)} | {kinds['plain']} | {kinds['structured']} | {kinds['broken']} | {labeled} |" in card
    assert sorted(re.findall(r"^\| edge-\d\d \| (.+?) \|", card, re.M)) == sorted(row["kind"] for row in EDGE)
