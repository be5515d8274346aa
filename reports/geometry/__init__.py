"""Pure geometry of pages: ruling lines to boxes, characters to lines. Knows no container and no form."""
