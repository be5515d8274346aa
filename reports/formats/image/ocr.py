"""The recogniser of printed lines: PP-OCRv6 small, whose model ships in the wheel of rapidocr.

Only the model is used: rapidocr's own pipeline detects lines first and pads every crop to 320 pixels, which costs five
times as much. One session a process, loaded when the first picture comes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from reports.text import narrow

MODEL = "PP-OCRv6_rec_small.onnx"
HEIGHT = 48  # pixels, the model's own
NARROWEST = 96  # narrower crops lose lone noughts
WIDEST = 2400  # a line of some 60 characters; longer ones are squeezed
STEP = 16  # crops of like width go together; the model itself wants multiples of 8
BATCH = 16  # crops at most, however narrow
# Width of all crops of a batch together. The scores of one step are 75 kB, a step is 8 pixels: 75 MB at the most.
BATCH_WIDTH = 8000
# Share of the text's height that is left white around it. Tight crops make noughts out of nothing and lose real ones.
ABOVE, BESIDE = 0.4, 0.5
# A character of this probability that stands where none was read makes the reading as doubtful as it is probable.
UNREAD = 0.03
MAX_ALTERNATIVES = 3
FIGURE = "0123456789.,-"

Crop = NDArray[np.uint8]
Scores = NDArray[np.float32]


class Recognised(NamedTuple):
    """What a crop says.

    ``confidence`` is the least probable character's, or less where a character may stand between those that were read;
    empty text has confidence 0. ``alternatives`` are other readings, the likeliest first."""

    text: str
    confidence: float
    alternatives: tuple[str, ...] = ()


NOTHING = Recognised("", 0.0)

_threads = 0
_lock = threading.Lock()


def configure(threads: int) -> None:
    """How many threads one reading may use; 0 for as many as this process has cores. Takes effect with the next
    reading. Several worker processes share the cores best with ``cores // processes`` each."""
    global _threads
    if threads < 0:
        raise ValueError(f"threads must be 0 or more, not {threads}")
    _threads = threads


def read(crops: Sequence[Crop]) -> list[Recognised]:
    """The texts of grey crops (dark on white, uint8, one printed line each without margins), in their order."""
    if not crops:
        return []
    with _lock:  # one session: two threads of a worker would only fight for the same cores
        return _recogniser(_threads or len(os.sched_getaffinity(0))).read(crops)


class _Recogniser:
    def __init__(self, threads: int) -> None:
        onnxruntime.disable_telemetry_events()  # some builds report their use to their maker
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Widths differ from batch to batch: patterns would be planned anew for each and kept.
        options.enable_mem_pattern = False
        # A spinning thread takes the core from the neighbouring worker.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        with as_file(files("rapidocr") / "models" / MODEL) as path:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        # Not splitlines(): U+2028 and its like are characters of the model.
        characters = self._session.get_modelmeta().custom_metadata_map["character"].split("\n")
        self._characters = ["", *characters, " "]
        self._figures = np.array([0, *(self._characters.index(char) for char in FIGURE)])
        # Full width or half, a character is the same; a space more or less makes no other.
        places = {char: n for n, char in reversed(list(enumerate(self._characters)))}
        self._same = [places.get(narrow(char), n) if char else 0 for n, char in enumerate(self._characters)]
        self._space = len(self._characters) - 1
        self._input = self._session.get_inputs()[0].name

    def read(self, crops: Sequence[Crop]) -> list[Recognised]:
        prepared = [prepared_crop(crop) for crop in crops]
        out = [NOTHING] * len(crops)
        order = sorted(range(len(crops)), key=lambda i: prepared[i].shape[1])
        start = 0
        while start < len(order):
            end = start + 1
            while (
                end < len(order)
                and end - start < BATCH
                and (end - start + 1) * prepared[order[end]].shape[1] <= BATCH_WIDTH
            ):
                end += 1
            members = order[start:end]
            for i, scores in zip(members, self._scores([prepared[i] for i in members]), strict=True):
                out[i] = self._decoded(scores)
            start = end
        return out

    def _scores(self, crops: Sequence[Crop]) -> Scores:
        """[crop, step, character]: probabilities."""
        width = max(NARROWEST, -(-max(crop.shape[1] for crop in crops) // STEP) * STEP)
        # What lies behind a crop is middle grey, as in training: behind white a lone nought is read as the letter.
        batch = np.zeros((len(crops), 3, HEIGHT, width), dtype=np.float32)
        for row, crop in enumerate(crops):
            batch[row, :, :, : crop.shape[1]] = crop.astype(np.float32) / 127.5 - 1.0
        scores: Scores = self._session.run(None, {self._input: batch})[0]
        return scores

    def _decoded(self, scores: Scores) -> Recognised:
        """CTC: runs of one character are one, blanks part them."""
        best = scores.argmax(axis=1)
        if not best.any():
            return NOTHING
        steps = np.arange(len(best))
        sure = scores[steps, best]
        second = best.copy()
        close = np.flatnonzero(sure < 1 - UNREAD)
        if len(close):
            rest = scores[close].copy()
            rest[np.arange(len(close)), best[close]] = 0
            second[close] = rest.argmax(axis=1)
        # Runs of the winning character, blanks included: (character, its surest step).
        edges = np.flatnonzero(np.diff(best)) + 1
        runs = [
            (int(best[a]), int(a + sure[a:b].argmax()))
            for a, b in zip([0, *edges.tolist()], [*edges.tolist(), len(best)], strict=True)
        ]
        codes = [code for code, _ in runs]
        text = [self._characters[code] for code in codes]
        confidence = 1.0
        others: list[tuple[float, str]] = []
        for n, (code, step) in enumerate(runs):
            if code == self._space:
                continue
            if code:
                chance = float(scores[step, second[step]]) if second[step] != code else 0.0
                if self._same[second[step]] == self._same[code]:
                    confidence = min(confidence, float(sure[step]) + chance)
                    continue
                confidence = min(confidence, float(sure[step]))
                if chance >= UNREAD:
                    others.append((chance, "".join([*text[:n], self._characters[second[step]], *text[n + 1 :]])))
                continue
            last = int(edges[n]) if n < len(edges) else len(best)
            first = int(edges[n - 1]) if n else 0
            beside = {*codes[max(0, n - 1) : n], *codes[n + 1 : n + 2], 0, self._space}
            for at in range(first, last):
                # The flank of a neighbour is no character of its own.
                chance = float(scores[at, second[at]])
                if int(second[at]) not in beside and chance >= UNREAD:
                    confidence = min(confidence, 1 - chance)
                    others.append((chance, "".join([*text[:n], self._characters[second[at]], *text[n + 1 :]])))
        recognised = "".join(text)
        if any(char not in FIGURE for char in recognised) and len(recognised) <= 12:
            others.append((0.0, self._figure(scores)))
        return Recognised(recognised, confidence, _alternatives(recognised, others))

    def _figure(self, scores: Scores) -> str:
        """The likeliest figure, whatever else may be likelier."""
        best = scores[:, self._figures].argmax(axis=1)
        kept = best[np.concatenate(([True], np.diff(best) != 0))]
        return "".join(FIGURE[code - 1] for code in kept.tolist() if code)


def prepared_crop(crop: Crop) -> Crop:
    """With white around, 48 pixels high."""
    height = crop.shape[0]
    above, beside = max(2, round(height * ABOVE)), max(3, round(height * BESIDE))
    framed = cv2.copyMakeBorder(crop, above, above, beside, beside, cv2.BORDER_CONSTANT, value=(255,))
    scale = HEIGHT / framed.shape[0]
    wanted = min(max(round(framed.shape[1] * scale), 1), WIDEST)
    sized = cv2.resize(framed, (wanted, HEIGHT), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    out: Crop = np.asarray(sized, dtype=np.uint8)
    return out


@lru_cache(maxsize=1)
def _recogniser(threads: int) -> _Recogniser:
    return _Recogniser(threads)


def _alternatives(text: str, others: list[tuple[float, str]]) -> tuple[str, ...]:
    """The other readings, the likeliest first, each once and none that differs in blanks alone."""
    others.sort(key=lambda entry: -entry[0])
    tight = "".join(text.split())
    found = dict.fromkeys(other for _, other in others if other and "".join(other.split()) != tight)
    return tuple(found)[:MAX_ALTERNATIVES]
