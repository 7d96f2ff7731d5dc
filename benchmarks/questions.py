"""q"""
import argparse
from benchmarks.report import Report
NAME="questions"
WHAT="x"
def add_arguments(parser: argparse.ArgumentParser) -> None: ...
def run(given: argparse.Namespace, report: Report) -> None: ...
