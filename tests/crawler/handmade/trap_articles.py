"""Hand-made portals of the traps of articles, dates, bodies and files, by their number in the note on portals."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from urllib.parse import quote

from demo.simulator.content import report_html
from demo.simulator.server import Answer, Request
from tests.crawler.handmade.portal import Pages, Portal, article, page, published, title
from tests.crawler.handmade.trap import HEADS, TINY_PDF, YEARS, articles, portal, row, text, ul, usual


def t52() -> Portal:
    body = "罗甸县水务局"
    rows = [
        row("t19700101_24.shtml", title(body, 2024)),
        row("199912/t19991231_23.shtml", title(body, 2023), "1970-01-01"),
    ]
    return portal(
        "T52",
        body,
        {"": page(ul(*rows)), "t19700101_24.shtml": text(body, 2024), "199912/t19991231_23.shtml": text(body, 2023)},
    )


def t55() -> Portal:
    body = "榕江县水务局"
    rows = [row("1619593655548706818.html", title(body, 2024)), row("webinfo/1695967382566292.htm", title(body, 2023))]
    return portal(
        "T55",
        body,
        {
            "": page(ul(*rows)),
            "1619593655548706818.html": text(body, 2024),
            "webinfo/1695967382566292.htm": text(body, 2023),
        },
    )


def t56() -> Portal:
    body = "从江县水务局"
    table = "<table><tr><td>索 引 号：</td><td>015128/20251023</td><td>生效日期：</td><td>2025-03-21</td></tr><tr><td>成文日期：</td><td>2025-01-02</td><td>发布日期：</td><td>2025-03-17</td></tr></table>"
    return portal(
        "T56",
        body,
        {
            "": page(ul(row("2024.html", title(body, 2024)))),
            "2024.html": text(body, 2024).replace("<h1>", f"{table}<h1>"),
        },
    )


def t57() -> Portal:
    body = "黎平县水务局"
    changed = article(body, 2024).replace("总体情况", "总体情况说明").replace("于", "於")
    return portal(
        "T57",
        body,
        {"": page(ul(*usual(body))), **articles(body)},
        later={"2024.html": changed.replace("机关负责人", "单位负责人")},
    )


def t58() -> Portal:
    body = "锦屏县水务局"
    linked = "<p>附件：<a href=P020250116.pdf>" + title(body, 2024) + ".pdf</a></p>"
    pages: Pages = {
        "": page(ul(*usual(body, (2024,)))),
        "2024.html": text(body, 2024, "2025-01-16", linked, ()),
        "P020250116.pdf": Answer(TINY_PDF, "application/pdf", static=True),
    }
    return portal(
        "T58",
        body,
        pages,
        later={"P020250116.pdf": Answer(TINY_PDF + b"% replaced\n%%EOF\n", "application/pdf", static=True)},
    )


def t59() -> Portal:
    body = "天柱县公安局"
    made = portal("T59", body, {})
    made.column = "/tz/fzhggwyh_80867/zwgk/zfxxgknb/"
    made.pages = {
        made.column: page(ul(row("a.html", "2024年政府信息公开工作年度报告", published(2024)))),
        made.column + "a.html": text(
            body, 2024, "2025-01-16", f"<p>{body}<br>2025年1月16日</p>", name="2024年政府信息公开工作年度报告"
        ),
    }
    return made


def t60(trap: str, body: str, other: str, paragraph: str) -> Portal:
    """A column that two bodies share; one report names nobody in its title."""
    rows = [
        row("a.html", title(other, 2024), published(2024)),
        row("b.html", "2024年政府信息公开工作年度报告", published(2024)),
    ]
    nameless = text("", 2024, "2025-01-16", paragraph, name="2024年政府信息公开工作年度报告")
    return portal(
        trap, body, {"": page(ul(*rows)), "a.html": article(other, 2024), "b.html": nameless}, others=(other,)
    )


def t61() -> Portal:
    body = "剑河县审计局"
    forms = (
        "{b}{y}年政府信息公开工作年度报告",
        "{y}年{b}政府信息公开年度报告",
        "【图文】{b}{y}年政府信息公开年报",
        "{b}{y}年信息公开工作年度报告（文字版）",
        "{b}{y}年度政务信息公开工作开展年度报告",
        "审计局{y}年政府信息公开工作报告",
    )
    years = (2024, 2023, 2022, 2021, 2020, 2019)
    decoys = (
        "{b}2024年法治政府建设年度报告",
        "2024年政府工作报告",
        "2024年政府网站工作年度报表",
        "{b}2024年政府信息公开工作年度报告解读",
    )
    rows = [row(f"{y}.html", form.format(b=body, y=y), published(y)) for form, y in zip(forms, years, strict=True)]
    rows += [row(f"x{n}.html", form.format(b=body), published(2024)) for n, form in enumerate(decoys)]
    pages: Pages = {"": page(ul(*rows)), **articles(body, years)}
    pages |= {
        f"x{n}.html": f"<html><body><h1>{form.format(b=body)}</h1><p>发布日期：2025-01-16</p><p>{'本文与年度报告无关。' * 9}</p></body></html>"
        for n, form in enumerate(decoys)
    }
    return portal("T61", body, pages)


def t62() -> Portal:
    body = "台江县审计局"
    name = f"{title(body, 2024)}（文字解读）"
    return portal(
        "T62",
        body,
        {"": page(ul(row("a.html", name, published(2024)))), "a.html": text(body, 2024, "2025-01-16", name=name)},
    )


def t63() -> Portal:
    body = "雷山县审计局"
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
    shown = "".join(
        f"<p>{head}</p>"
        + (
            f"<p><img src='W02025{n}.png' width=800 alt=1706088{n}></p>"
            if 1 <= n <= 3
            else f"<p>{'本年度工作平稳。' * 8}</p>"
        )
        for n, head in enumerate(HEADS)
    )
    html = f"<html><body><h1>{title(body, 2024)}</h1><p>发布日期：2025-01-16</p><div class=TRS_Editor>{shown}</div></body></html>"
    return portal(
        "T63",
        body,
        {
            "": page(ul(*usual(body, (2024,)))),
            "2024.html": html,
            **{f"W02025{n}.png": Answer(png, "image/png") for n in (1, 2, 3)},
        },
    )


def _viewer(trap: str, body: str, inner: str, at: str) -> Portal:
    html = f"<html><body><h1>{title(body, 2024)}</h1><p>发布日期：2025-01-16</p><div id=content>{inner}</div></body></html>"
    return portal(
        trap,
        body,
        {
            "": page(ul(*usual(body, (2024,)))),
            "2024.html": html,
            at: Answer(TINY_PDF, "application/pdf"),
            "/js/pdfjs/web/viewer.html": "<html><body>viewer</body></html>",
        },
    )


VIEWERS = {
    "iframe": "<iframe src='/js/pdfjs/web/viewer.html?file=..%2F..%2F..%2Fup%2Fa.pdf' width=100%></iframe>", "embed": "<embed src='/up/a.pdf' type='application/pdf'>",
    "object": "<object data='/up/a.pdf'><p>不支持</p></object>", "attribute": "<div class=pdf data-pdf='/up/a.pdf'></div>", "script": "<div id=pdf></div><script>var pdfUrl = '/up/a.pdf'; PDFObject.embed(pdfUrl,'#pdf');</script>",
}  # fmt: skip
PLACES = {"iframe": "丹寨", "embed": "麻江", "object": "岑巩", "attribute": "镇远", "script": "施秉"}


def _zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("年报.html", report_html("黄平县审计局", 2024, published(2024)))
    return out.getvalue()


def t66() -> Portal:
    """Files under wrong names and types: a page called .doc, an archive in capitals, a picture that is a PDF."""
    body = "黄平县审计局"
    html = f"<html><body><h1>{title(body, 2023)}</h1>{report_html(body, 2023, published(2023))}</body></html>".encode()
    rows = [
        row("a.PDF", title(body, 2024), published(2024)),
        row("b.doc", title(body, 2023), published(2023)),
        row("c.ZIP", title(body, 2022), published(2022)),
        row("d.jpg", title(body, 2021), published(2021)),
    ]
    pages: Pages = {
        "": page(ul(*rows)),
        "a.PDF": Answer(TINY_PDF, "application/octet-stream"),
        "b.doc": Answer(html, "application/msword"),
        "c.ZIP": Answer(_zip(), "text/plain"),
        "d.jpg": Answer(TINY_PDF + b"%4", "image/jpeg"),
    }
    return portal("T66", body, pages)


def t67() -> Portal:
    """Endpoints without a suffix; the file's name in raw GBK, in UTF-8 and by RFC 5987."""
    body = "凯里县审计局"
    names = {
        "gbk": "甲年报.pdf".encode("gbk").decode("latin-1"),
        "utf": "乙年报.pdf".encode().decode("latin-1"),
        "rfc": "",
    }

    def sent(request: Request) -> Answer | None:
        kind = request.query.get("attachment_id") or request.query.get("id")
        if kind not in names:
            return None
        told = (
            f'attachment; filename="{names[kind]}"'
            if names[kind]
            else f"attachment; filename*=UTF-8''{quote('丙年报.pdf')}"
        )
        return Answer(TINY_PDF + kind.encode(), "application/octet-stream", headers={"Content-Disposition": told})

    linked = "<p>附件：<a href='/f?attachment_id=gbk#5'>下载</a><a href='/upload_bz/download?siteId=1&id=utf'>下载</a><a href='/f?attachment_id=rfc'>下载</a></p>"
    return portal(
        "T67",
        body,
        {
            "": page(ul(*usual(body, (2024,)))),
            "2024.html": text(body, 2024, "2025-01-16", linked),
            "/f": sent,
            "/upload_bz/download": sent,
        },
    )


def t68() -> Portal:
    body = "都匀县审计局"
    linked = f"<p>附件：<a href=a.pdf>{title(body, 2024)}.pdf</a></p>"
    return portal(
        "T68",
        body,
        {
            "": page(ul(*usual(body, (2024,)))),
            "2024.html": text(body, 2024, "2025-01-16", linked, ()),
            "a.pdf": "<html><body><h1>系统错误</h1></body></html>",
        },
    )


def t70() -> Portal:
    body = "榕城县审计局"
    linked = "<p>附件：<a href='/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=17&wbfileid=8A'>年报.pdf</a></p>"
    captcha = "<html><head><title>请输入验证码</title></head><body><form action=/dl method=post>验证码：<input name=code><img src=/code.jsp><input type=submit value=下载></form></body></html>"
    return portal(
        "T70",
        body,
        {
            "": page(ul(*usual(body, (2024,)))),
            "2024.html": text(body, 2024, "2025-01-16", linked, ()),
            "/system/_content/download.jsp": captcha,
        },
    )


def t91() -> Portal:
    """Agents that do not say who they are get nothing."""
    body = "碧江县审计局"

    def polite(given: str) -> Callable[[Request], Answer]:
        return lambda request: (
            Answer(given.encode(), "text/html")
            if "+http" in request.headers.get("user-agent", "")
            or "nianbao" in request.headers.get("user-agent", "").lower()
            else Answer(b"", manner="reset")
        )

    return portal(
        "T91", body, {"": polite(page(ul(*usual(body)))), **{f"{y}.html": polite(article(body, y)) for y in YEARS}}
    )


ARTICLES: tuple[Portal, ...] = (
    t52(), t55(), t56(), t57(), t58(), t59(),
    t60("T60-contact", "玉屏县司法局", "玉屏县审计局", "<p>联系方式：玉屏县司法局办公室，地址：中山路1号，电话：0856-3221234。</p>"),
    t60("T60-nobody", "石阡县司法局", "石阡县审计局", "<p>我局将继续做好工作。</p>"),
    t61(), t62(), t63(), *(_viewer(f"T65-{form}", f"{PLACES[form]}县审计局", inner, "/up/a.pdf") for form, inner in VIEWERS.items()),
    t66(), t67(), t68(), t70(), t91(),
)  # fmt: skip
