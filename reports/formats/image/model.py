"""One page of a picture while it is read: its pieces of ink, and the printed lines that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reports.formats.image import ocr
from reports.formats.image.preprocessing import Grey, Preprocessed

UNSURE = 0.85  # below ``tables.reconcile.SURE``: a person looks
STROKE = 0.3  # lower: a dash or a stroke of a character

FIGURE = re.compile(r"[-+—]?[\d.,，．]*\d[\d.,，．]*")

Ints = NDArray[np.int64]


@dataclass(slots=True)
class InkLine:
    """A printed line: which components make it, its rectangle in pixels, and what was read."""

    parts: Ints
    box: tuple[int, int, int, int]
    recognised: ocr.Recognised = ocr.NOTHING


@dataclass(slots=True)
class Components:
    """The pieces of ink of a page that are no rules: n × 4 rectangles (x0, y0, x1, y1) and their areas."""

    boxes: Ints
    areas: Ints
    labels: NDArray[np.int32]


@dataclass(slots=True)
class ScannedPage:
    """A page made straight, with what is known of its ink as a whole."""

    number: int
    image: Preprocessed
    components: Components
    mask: Grey  # the ink of the rules
    em: float  # height of a Chinese character of the tables, pixels
    pale: bool  # the rules are hair lines, guessed rather than seen
    soft: Grey  # smoothed over a stroke's width: what is darker than ``soft_ink`` there is no noise
    soft_ink: float
    soft_size: int  # pixels over which ``soft`` is smoothed
    below_par: bool = False
    clean: Grey = field(default_factory=lambda: np.empty((0, 0), dtype=np.uint8))
