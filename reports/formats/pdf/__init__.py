"""PDF: its document (``document``), pages (``page``), what they draw, and their text layer, laid out with fonts of our own."""
