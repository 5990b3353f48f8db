"""The stage: what a scenario may do to a stream, and what was observed on it."""
