"""One module a family of portal software, as section 2 of the note on portals describes them."""
