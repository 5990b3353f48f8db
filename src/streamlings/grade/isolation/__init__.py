"""A container of its own for each submission: no network but the lab's servers, no rights, bounded in all it takes.

inside.py     what runs in the container: it gets the program on its stdin, and runs it
cell.py       the container, as the grader sees it: a program like any other
engine.py     whether there is an engine, and which image
compose.yml   the lab of a batch: the same servers, whose containers reach no other network
native.py     without an engine: what is said of it, and what can be done all the same
"""
