"""Data in and out: the register from a sheet, everything else to JSON Lines, CSV, XLSX and Parquet."""
