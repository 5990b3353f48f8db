"""The checks of a batch: labs in parallel, verdicts kept as they come.

store.py         the seed and the verdicts, on disk; what an interrupted batch has is not done again
worker.py        a process that checks, with a lab of its own
lab.py           that process, as seen from here: started, asked, ended for certain
surroundings.py  what that process finds, and what it leaves
run.py           all checks of a batch over all labs
"""
