"""博达 VSB: static lists numbered backwards; one article under a static and a dynamic address."""

from __future__ import annotations

from html import escape

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site


class Vsb(Site):
    """With N pages, page 1 is ``name.htm``, page 2 ``name/{N-1}.htm``, the last ``name/1.htm``."""

    family = "vsb"

    def column_path(self, column: Column) -> str:
        """A file beside its directory."""
        return f"/{column.path}.htm"

    def page_path(self, column: Column, number: int) -> str:
        """Counted from the end."""
        pages = len(self.paged(column))
        return self.column_path(column) if number == 1 else f"/{column.path}/{pages + 1 - number}.htm"

    def article_path(self, column: Column, entry: Entry) -> str:
        """``info``, column, article."""
        return f"/info/{column.number}/{entry.number}.htm"

    def file_path(self, column: Column, entry: Entry) -> str:
        """The vendor's download."""
        return f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner={self.seed}&wbfileid={entry.number:032X}"

    def pager(self, column: Column, number: int, pages: int, total: int) -> str:
        """The vendor's pager."""
        here = self.page_path(column, number)
        out = (
            [f'<span class="p_t">共{total}条</span>'] if self.style.states_total else [f"<span>{number}/{pages}</span>"]
        )
        if number < pages:
            following, last = (self.href(here, self.page_path(column, n)) for n in (number + 1, pages))
            out.append(f'<span class="p_next p_fun"><a href="{escape(following)}">{self.style.following}</a></span>')
            out.append(f'<span class="p_last p_fun"><a href="{escape(last)}">尾页</a></span>')
        out.append(f"<script>_simple_list_gotopage_fun({pages},'u13_goto',2)</script>")
        return f'<div class="pb_sys_common">{" ".join(out)}</div>' if pages > 1 else ""

    def row(self, column: Column, entry: Entry, here: str) -> str:
        """A row, some under the dynamic address."""
        row = super().row(column, entry, here)
        if entry.number % 5 == 0 and not entry.outside:
            static = self.href(here, self.article_path(column, entry))
            row = row.replace(escape(static), escape(self.href(here, self._dynamic(column, entry))))
        return row.replace("<li", f'<li id="line_u9_{entry.number % 20}"', 1)

    @staticmethod
    def _dynamic(column: Column, entry: Entry) -> str:
        return f"/content.jsp?urltype=news.NewsContentUrl&wbtreeid={column.number}&wbnewsid={entry.number}"

    def endpoint(self, request: Request) -> Answer | None:
        """The dynamic addresses."""
        if request.path != "/content.jsp":
            return None
        asked = request.query
        maker = self.paths().get(f"/info/{asked.get('wbtreeid')}/{asked.get('wbnewsid')}.htm")
        return maker() if maker else self.not_found()

    def head(self, column: Column) -> str:
        """The vendor's scripts."""
        return "<!--Announced by Visual SiteBuilder 9--><script src='/system/resource/js/counter.js'></script>"

    def body_of(self, entry: Entry, text: str) -> str:
        """``#vsb_content``."""
        return f'<div id="vsb_content"><div class="v_news_content">{text}</div></div>'
