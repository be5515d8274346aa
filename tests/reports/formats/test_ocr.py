from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from reports.formats.image import ocr
from tests.makers.scan import font


def crop(text: str, face: str = "serif", height: int = 17) -> NDArray[np.uint8]:
    """A printed word, without margins, as high as on a page of 200 dpi."""
    image = Image.new("L", (60 * len(text) + 60, 120), 255)
    ImageDraw.Draw(image).text((20, 20), text, font=font(face, 12), fill=0)
    levels = np.asarray(image, dtype=np.uint8)
    ys, xs = np.nonzero(levels < 128)
    tight = levels[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    scale = height / tight.shape[0]
    return np.asarray(cv2.resize(tight, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@pytest.mark.parametrize("face", ["serif", "sans"])
@pytest.mark.parametrize("text", ["0", "1", "7", "12", "70", "3859", "144657", "-3", "267.9503"])
def test_a_figure_is_read_and_sure(text: str, face: str) -> None:
    recognised = ocr.read([crop(text, face)])[0]
    assert recognised.text == text
    assert recognised.confidence >= 0.9


def test_a_lone_nought_is_never_the_letter() -> None:
    crops = [crop("0", face, height) for face in ("serif", "sans") for height in (10, 14, 17, 24, 30)]
    assert {recognised.text for recognised in ocr.read(crops)} == {"0"}


def test_texts_come_back_in_the_order_of_their_crops_however_they_are_batched() -> None:
    texts = [str(n * 37 % 1000) if n % 3 else "其他法律行政法规禁止公开"[: n % 9 + 3] for n in range(40)]
    assert [recognised.text for recognised in ocr.read([crop(text) for text in texts])] == texts


def test_white_says_nothing_and_is_not_sure() -> None:
    assert ocr.read([np.full((20, 20), 255, dtype=np.uint8)]) == [ocr.NOTHING]


def test_no_crops_cost_nothing() -> None:
    assert ocr.read([]) == []


def test_a_line_longer_than_the_widest_is_squeezed_and_read() -> None:
    recognised = ocr.read([crop("公开" * 45, height=23)])[0]
    assert set(recognised.text) <= {"公", "开"}
    assert recognised.text


def test_fewer_than_no_threads_are_refused() -> None:
    with pytest.raises(ValueError, match="threads"):
        ocr.configure(-1)


def test_the_model_is_found_in_the_wheel_and_names_its_characters() -> None:
    recogniser = ocr._recogniser(1)
    assert len(recogniser._characters) > 10_000
    assert [recogniser._characters[code] for code in recogniser._figures[1:]] == list(ocr.FIGURE)
