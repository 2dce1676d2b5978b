"""Datasets: rows by the million in sealed Parquet files, with what they are kept for and until when."""
