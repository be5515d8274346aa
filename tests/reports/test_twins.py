"""Second dresses of a page, by their addresses."""

from __future__ import annotations

import pytest

from reports.twins import is_twin


@pytest.mark.parametrize(
    "url",
    [
        "http://wap.jia.gov.cn/nb/1.html",
        "http://big5.jia.gov.cn/gate/big5/www.jia.gov.cn/1.html",
        "http://www.jia.gov.cn/gab/zwgk/nb/1.html",
        "http://www.jia.gov.cn/zwgk/nb/t20250120_1_wap.html",
        "http://www.jia.gov.cn/gkmlpt/mpost_12.html",
    ],
)
def test_a_twin_is_told_by_its_address(url):
    assert is_twin(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.jia.gov.cn/zwgk/nb/1.html",
        "http://mzj.jia.gov.cn/zwgk/nb/post_12.html",
        "http://www.jia.gov.cn/magazine/1.html",
        "submitted:3/2024",
        "http://[broken/1.html",
    ],
)
def test_a_standard_page_is_none(url):
    assert not is_twin(url)
