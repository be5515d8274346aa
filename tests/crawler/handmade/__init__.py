"""A second set of portals, written by hand page by page from the note on portals: other markup than the simulator's."""
