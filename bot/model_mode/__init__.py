"""Asking a language model what the rules refuse (docs/adr/0007): it reads the question, code does everything else."""
