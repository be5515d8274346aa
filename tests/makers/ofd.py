"""Reports as OFD: the pages of ``paper`` as XML, in the ways of different writers."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.pdfbase.ttfonts import TTFont

from tests.makers.paper import Leaf, leaves, plain_width
from tests.makers.report import Truth

MM = 25.4 / 72
FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
STYLES: dict[str, frozenset[str]] = {
    "ruled": frozenset(("rules",)),
    "pieces": frozenset(("pieces",)),
    "runs": frozenset(("rules",)),  # positions as `g count step`
    "matrix": frozenset(("rules",)),  # text scaled by its matrix
    "template": frozenset(("rules",)),  # page numbers and rules in a page template
    "blocks": frozenset(("rules",)),  # objects inside page blocks
    "bars": frozenset(("bars",)),  # rules as filled rectangles
    "absolute": frozenset(("rules",)),  # locations from the root
    "bare": frozenset(("bare",)),
    "split-cut": frozenset(("low", "cut")),
    "slim-cut": frozenset(("slim", "low", "cut")),
    "slim-cut-middle": frozenset(("slim", "low", "cut", "middle", "heads")),
    "slim-cut-bare": frozenset(("slim", "low", "cut", "bare", "right")),
}
NAMESPACE = "http://www.ofdspec.org/2016"


def _text(word_x: float, word_y: float, size: float, text: str, style: str, number: int) -> str:
    steps = [plain_width(char, size) * MM for char in text]
    if style == "runs" and len(text) > 2 and len(set(steps)) == 1:
        delta = f"g {len(text) - 1} {steps[0]:.4f}"
    else:
        delta = " ".join(f"{step:.4f}" for step in steps[:-1])
    x, y = word_x * MM, (word_y - size) * MM
    matrix, scale = "", 1.0
    if style == "matrix":
        matrix, scale = ' CTM="2 0 0 2 0 0"', 0.5
        delta = " ".join(f"{step * scale:.4f}" for step in steps[:-1])
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{x:.3f} {y:.3f} {sum(steps):.3f} {size * MM * 1.3:.3f}" Font="2"'
        f' Size="{size * MM * scale:.4f}"{matrix}><ofd:TextCode X="0" Y="{size * MM * scale:.4f}"'
        + (f' DeltaX="{delta}"' if delta else "")
        + f">{escape(text)}</ofd:TextCode></ofd:TextObject>"
    )


def _rule(rule: tuple[float, float, float, float], style: str, number: int) -> str:
    x0, y0, x1, y1 = (v * MM for v in rule)
    w, h = x1 - x0, y1 - y0
    if style == "bars":
        w, h = w + 0.2, h + 0.2
        return (
            f'<ofd:PathObject ID="{number}" Boundary="{x0:.3f} {y0:.3f} {w:.3f} {h:.3f}" Stroke="false" Fill="true">'
            f"<ofd:AbbreviatedData>M 0 0 L {w:.3f} 0 L {w:.3f} {h:.3f} L 0 {h:.3f} C</ofd:AbbreviatedData>"
            "</ofd:PathObject>"
        )
    return (
        f'<ofd:PathObject ID="{number}" Boundary="{x0:.3f} {y0:.3f} {w + 0.2:.3f} {h + 0.2:.3f}" LineWidth="0.18">'
        f"<ofd:AbbreviatedData>M 0 0 L {w:.3f} {h:.3f}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _content(leaf: Leaf, style: str, words: bool = True, rules: bool = True) -> str:
    parts = [_rule(rule, style, n) for n, rule in enumerate(leaf.rules, 1000)] if rules else []
    if words:
        parts += [_text(w.x, w.y, w.size, w.text, style, n) for n, w in enumerate(leaf.words, 10_000)]
    inner = "".join(parts)
    if style == "blocks":
        inner = f'<ofd:PageBlock ID="7">{inner}</ofd:PageBlock>'
    return f'<ofd:Content><ofd:Layer ID="5" Type="Body">{inner}</ofd:Layer></ofd:Content>'


def _page(leaf: Leaf, content: str, extra: str = "") -> str:
    box = f"0 0 {leaf.width * MM:.2f} {leaf.height * MM:.2f}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="{NAMESPACE}">{extra}'
        f"<ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>{content}</ofd:Page>"
    )


def render(truth: Truth, rng: random.Random, style: str, marks: frozenset[str] | None = None) -> bytes:
    """An OFD. ``style`` is one of ``STYLES``; ``marks`` are those of its layout if not the style's own."""
    pages = leaves(truth, rng, marks or STYLES[style])
    root = "/" if style == "absolute" else ""
    folder = "/Doc_0/" if style == "absolute" else ""
    templates = ""
    files: dict[str, str] = {}
    entries = ""
    for n, leaf in enumerate(pages):
        extra = ""
        if style == "template":
            extra = f'<ofd:Template TemplateID="{900 + n}" ZOrder="Background"/>'
            templates += f'<ofd:TemplatePage ID="{900 + n}" BaseLoc="Tpls/Tpl_{n}/Content.xml"/>'
            files[f"Doc_0/Tpls/Tpl_{n}/Content.xml"] = _page(leaf, _content(leaf, style, words=False))
        content = _content(leaf, style, rules=style != "template")
        files[f"Doc_0/Pages/Page_{n}/Content.xml"] = _page(leaf, content, extra)
        entries += f'<ofd:Page ID="{100 + n}" BaseLoc="{folder}Pages/Page_{n}/Content.xml"/>'
    files["OFD.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="{NAMESPACE}" Version="1.0" DocType="OFD">'
        f"<ofd:DocBody><ofd:DocRoot>{root}Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )
    files["Doc_0/Document.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="{NAMESPACE}"><ofd:CommonData>'
        f"<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>{templates}</ofd:CommonData>"
        f"<ofd:Pages>{entries}</ofd:Pages></ofd:Document>"
    )
    return packed(files)


def scan(pictures: list[bytes]) -> bytes:
    """An OFD whose pages are pictures (PNG)."""
    files: dict[str, str | bytes] = {}
    media = entries = ""
    for n, picture in enumerate(pictures):
        files[f"Doc_0/Res/image_{n}.png"] = picture
        media += (
            f'<ofd:MultiMedia ID="{50 + n}" Type="Image"><ofd:MediaFile>image_{n}.png</ofd:MediaFile></ofd:MultiMedia>'
        )
        image = f'<ofd:ImageObject ID="{70 + n}" ResourceID="{50 + n}" Boundary="0 0 210 297" CTM="210 0 0 297 0 0"/>'
        leaf = Leaf(210 / MM, 297 / MM)
        files[f"Doc_0/Pages/Page_{n}/Content.xml"] = _page(
            leaf, f'<ofd:Content><ofd:Layer ID="5">{image}</ofd:Layer></ofd:Content>'
        )
        entries += f'<ofd:Page ID="{100 + n}" BaseLoc="Pages/Page_{n}/Content.xml"/>'
    files["Doc_0/DocumentRes.xml"] = (
        f'<ofd:Res xmlns:ofd="{NAMESPACE}" BaseLoc="Res"><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>'
    )
    files["OFD.xml"] = (
        f'<ofd:OFD xmlns:ofd="{NAMESPACE}"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>'
    )
    files["Doc_0/Document.xml"] = (
        f'<ofd:Document xmlns:ofd="{NAMESPACE}"><ofd:CommonData><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>'
        f"</ofd:CommonData><ofd:Pages>{entries}</ofd:Pages></ofd:Document>"
    )
    return packed(files)


def packed(files: dict[str, str] | dict[str, str | bytes]) -> bytes:
    """A zip of the files, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def lying(data: bytes, swapped: dict[str, str]) -> bytes:
    """The same OFD with a font inside it whose glyphs show other digits than the text says: ``{"3": "8"}`` says 8 where 3 is
    seen."""
    face = TTFont("own", str(FONT)).face
    files: dict[str, str | bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            content = package.read(name)
            files[name] = content
            if name.endswith("Content.xml"):
                files[name] = re.sub(
                    r"(<ofd:TextObject [^>]*>)(<ofd:TextCode [^>]*>)(\d+)(?=</ofd:TextCode>)",
                    lambda found: (
                        f'{found[1]}<ofd:CGTransform CodePosition="0" CodeCount="{len(found[3])}"'
                        f' GlyphCount="{len(found[3])}"><ofd:Glyphs>'
                        + " ".join(str(face.charToGlyph[ord(char)]) for char in found[3])
                        + f"</ofd:Glyphs></ofd:CGTransform>{found[2]}"
                        + "".join(swapped.get(char, char) for char in found[3])
                    ),
                    content.decode(),
                )
    document = files["Doc_0/Document.xml"]
    assert isinstance(document, bytes)
    files["Doc_0/Document.xml"] = document.replace(
        b"<ofd:CommonData>", b"<ofd:CommonData><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
    )
    files["Doc_0/PublicRes.xml"] = (
        f'<ofd:Res xmlns:ofd="{NAMESPACE}" BaseLoc="Res"><ofd:Fonts><ofd:Font ID="2" FontName="own">'
        "<ofd:FontFile>own.ttf</ofd:FontFile></ofd:Font></ofd:Fonts></ofd:Res>"
    )
    files["Doc_0/Res/own.ttf"] = FONT.read_bytes()
    return packed(files)
