"""Measure whether the product's probabilities can be trusted: the study behind README.md here.

plan        which cohorts are made, of how many cases
pool        simulated cases and real CT on disk
cohorts     each cohort learnt from as a user would, and judged on the common test set
figures     the arithmetic: calibration, coverage, answers
steadiness  how far log-odds move with what nobody can see
targets     every figure against what is wanted of it
page        all of it in Markdown
__main__    the order of it all, `make trust`

Everything is kept in one folder and gone on with: a run may be ended at any moment. To try it out,
with PYTHONPATH=Testing:

    python -m trust --without-network    the page on the terminal; says what it left out
    python -m trust --only-page          what is done so far
    python -m trust --folder out/try --sizes 60 --cohorts 2 --test 40 --permutations 2 --epochs 1
"""
