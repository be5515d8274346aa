"""What a file is, by what it holds."""

from __future__ import annotations

import pytest

from crawler.accept import of_file


@pytest.mark.parametrize(
    ("media_type", "text", "is_document", "found"),
    [
        ("application/pdf", "", True, "report"),
        ("application/octet-stream", "\x00\x01\x02" * 900, False, "report"),  # damaged: kept, to be looked at
        ("application/octet-stream", "", False, "report"),
        ("text/plain", "系统繁忙，请稍后再试", False, "nothing"),
        ("text/html", "<html>404 Not Found</html>", False, "nothing"),
    ],
)
def test_a_file_that_is_no_text_is_kept_and_a_servers_word_of_error_is_not(media_type, text, is_document, found):
    assert of_file(media_type, text, is_document).found == found
