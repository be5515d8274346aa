"""The recogniser of printed lines: PP-OCRv6 small, whose model ships in the wheel of rapidocr.

Loaded when the first picture comes; one session a process. Crops are padded as the model was trained: tight crops at 48
pixels give wrong noughts.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

MODEL = "PP-OCRv6_rec_small.onnx"
HEIGHT = 48  # pixels, the model's own
NARROWEST = 96
WIDEST = 2400  # a line of some 60 characters; longer ones are squeezed
BATCH = 16
# Share of the text's height that is left white around it.
ABOVE, BESIDE = 0.3, 0.8

Image = NDArray[np.uint8]


class Text(NamedTuple):
    """What a crop says: ``confidence`` is the least probable character's; empty text has confidence 0."""

    text: str
    confidence: float


class _Recogniser:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        with as_file(files("rapidocr") / "models" / MODEL) as path:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._characters = ["", *characters, " "]
        self._input = self._session.get_inputs()[0].name

    def read(self, crops: list[Image]) -> list[Text]:
        """The texts of grey crops, in their order."""
        prepared = [_prepared(crop) for crop in crops]
        out: list[Text] = [Text("", 0.0)] * len(crops)
        order = sorted(range(len(crops)), key=lambda i: prepared[i].shape[1])
        for start in range(0, len(order), BATCH):
            members = order[start : start + BATCH]
            width = max(prepared[i].shape[1] for i in members)
            batch = np.ones((len(members), 3, HEIGHT, width), dtype=np.float32)
            for row, i in enumerate(members):
                crop = prepared[i].astype(np.float32) / 127.5 - 1.0
                batch[row, :, :, : crop.shape[1]] = crop
            scores = self._session.run(None, {self._input: batch})[0]
            for row, i in enumerate(members):
                out[i] = self._decoded(scores[row])
        return out

    def _decoded(self, scores: NDArray[np.float32]) -> Text:
        """CTC by arg max: repeats and blanks dropped."""
        best = scores.argmax(axis=1)
        sure = scores[np.arange(len(best)), best]
        text, confidence, previous = [], 1.0, 0
        for code, probability in zip(best.tolist(), sure.tolist(), strict=True):
            if code and code != previous:
                text.append(self._characters[code] if code < len(self._characters) else "")
                confidence = min(confidence, probability)
            previous = code
        return Text("".join(text), float(confidence)) if text else Text("", 0.0)


def _prepared(crop: Image) -> Image:
    height = crop.shape[0]
    above, beside = max(2, round(height * ABOVE)), max(3, round(height * BESIDE))
    framed = cv2.copyMakeBorder(crop, above, above, beside, beside, cv2.BORDER_CONSTANT, value=(255,))
    scale = HEIGHT / framed.shape[0]
    wanted = min(max(round(framed.shape[1] * scale), 1), WIDEST)
    sized = cv2.resize(framed, (wanted, HEIGHT), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    target = max(NARROWEST, -(-wanted // 16) * 16)
    return np.asarray(
        cv2.copyMakeBorder(sized, 0, 0, 0, target - wanted, cv2.BORDER_CONSTANT, value=(255,)), dtype=np.uint8
    )


@lru_cache(maxsize=1)
def _recogniser() -> _Recogniser:
    return _Recogniser()


def read(crops: list[Image]) -> list[Text]:
    """The texts of grey crops (dark on white, uint8, one printed line each), in their order."""
    return _recogniser().read(crops) if crops else []
