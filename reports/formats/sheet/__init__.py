"""Spreadsheets: XLSX, XLS, ET and ODS to blocks (``book``)."""
