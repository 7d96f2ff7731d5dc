"""One file per step, named NNNN_what.py; a step is never edited once it has been released."""
