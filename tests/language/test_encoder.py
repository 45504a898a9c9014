"""The encoder: unit vectors, the same each time, those of the published model, without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evidence.errors import IntegrandError
from language import encoder as module
from language.encoder import DIMENSIONS, GRAPH, QUANTISED_GRAPH, TOKENIZER, Encoder, QuantisedEncoder, export, is_exported, weights_folder

TEXTS = [
    "Health and social care teams share one budget.",
    "Pooled funding of health with social services",
    "The museum opens at ten.",
    "word " * 600,
    "",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


def test_vectors_have_unit_length_and_do_not_depend_on_the_batch(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert np.abs(vectors - alone).max() < 1e-5
    assert np.array_equal(vectors, encoder.encode(TEXTS))


def test_a_quantised_vector_depends_on_nothing_but_its_text_and_is_close_to_the_exact_one(encoder: Encoder) -> None:
    quantised = QuantisedEncoder(threads=1)
    vectors = quantised.encode(TEXTS)
    assert np.array_equal(vectors, np.vstack([quantised.encode([text]) for text in reversed(TEXTS)])[::-1])
    assert ((vectors * encoder.encode(TEXTS)).sum(axis=1) > 0.95).all()
    assert quantised.version != encoder.version


def test_like_meanings_lie_closer_than_unlike_ones(encoder: Encoder) -> None:
    budget, funding, museum = encoder.encode(TEXTS[:3])
    assert budget @ funding > 0.5 > budget @ museum


def test_no_text_gives_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_a_query_never_pays_for_importing_torch(encoder: Encoder) -> None:
    encoder.encode(["exported now"])
    program = "import sys; from language.encoder import Encoder; Encoder().encode(['a']); print('torch' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "False"


def test_weights_that_are_not_the_published_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(IntegrandError, match=r"model\.safetensors"):
        weights_folder()


@pytest.mark.slow
def test_the_export_agrees_with_sentence_transformers_and_leaves_no_torn_file(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    export(tmp_path)
    assert is_exported(tmp_path)
    first = (tmp_path / QUANTISED_GRAPH).read_bytes()
    (tmp_path / QUANTISED_GRAPH).unlink()
    assert not is_exported(tmp_path)
    Encoder(tmp_path).encode(TEXTS[:1])
    assert not (tmp_path / QUANTISED_GRAPH).exists()
    QuantisedEncoder(tmp_path).encode(TEXTS[:1])
    assert (tmp_path / QUANTISED_GRAPH).read_bytes() == first
    assert {path.name for path in tmp_path.iterdir()} == {GRAPH, QUANTISED_GRAPH, TOKENIZER}
    published = SentenceTransformer(str(weights_folder())).encode(TEXTS[:4], normalize_embeddings=True)
    assert ((Encoder(tmp_path).encode(TEXTS[:4]) * published).sum(axis=1) > 0.9999).all()


@pytest.mark.parametrize("name", [QUANTISED_GRAPH, TOKENIZER])
@pytest.mark.parametrize("left", [0, 10_000])
def test_a_torn_export_is_made_anew_and_costs_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: Encoder, name: str, left: int,
) -> None:
    encoder.load()
    for one in (GRAPH, QUANTISED_GRAPH, TOKENIZER):
        (tmp_path / one).symlink_to(encoder.folder / one)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes((encoder.folder / name).read_bytes()[:left])

    def put_back(folder: Path) -> None:
        (folder / name).write_bytes((encoder.folder / name).read_bytes())

    monkeypatch.setattr(module, "export", put_back)
    assert (QuantisedEncoder(tmp_path).encode(TEXTS[:1]) == QuantisedEncoder(encoder.folder).encode(TEXTS[:1])).all()


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "weights_folder", lambda: tmp_path)
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(IntegrandError, match="INTEGRAND_MODELS") as told:
        QuantisedEncoder(tmp_path / "taken" / "models").load()
    assert "\n" not in str(told.value)
