"""HTML: a page's markup to blocks (``page``), by a walk over its elements (``walker``) under its styles (``styles``)."""
