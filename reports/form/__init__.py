"""The official forms: rows, columns, keys and labels (``forms``), and how their tables are printed (``layout``)."""
