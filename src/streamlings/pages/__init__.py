"""The site: its pages are the files of site/ and lessons/, and what is told from the code. mkdocs calls `hook.py`."""
