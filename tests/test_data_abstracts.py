"""The frozen abstracts are what their card says: every name stands in its text, in order, and made-up names stay in one split."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from itertools import combinations

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


@pytest.fixture(scope="module")
def splits() -> dict[str, list[dict]]:
    return {name: [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_bytes().decode("utf-8").split("\n")[:-1]] for name in LEAST}


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
    for row in rows:
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
