"""Runs of jobs, and their parts spread over machines."""
