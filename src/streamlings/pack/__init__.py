"""Packs: one archive with all that the course needs where there is no network (`pack`), and its use (`start --from`)."""
