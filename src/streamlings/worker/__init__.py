"""Running the learner's program: as an ordinary script, in a process group of its own, its output captured and bounded."""
