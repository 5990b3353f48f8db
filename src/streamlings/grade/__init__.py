"""Grading a class: from a folder of submissions to marks, feedback and a picture of the class (`./streamlings grade FOLDER`).

config.py        grading.toml: which exercises count, how much, until when
intake/          submissions as they come: folders, archives, checkouts; what in them is the program of which exercise
batch/           the checks: labs in parallel, each with a process of its own; kept as they come, gone on with after an interruption
isolation/       a container for each submission
marks.py         points, from verdicts and grading.toml
export/          what comes out: feedback, gradebook, JUnit, Gradescope, classroom50
cohort/          the page about the class
"""
