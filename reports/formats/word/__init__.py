"""Word processors: DOCX, ODT, DOC, WPS and RTF to blocks."""
