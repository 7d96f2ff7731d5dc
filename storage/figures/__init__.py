"""Typed questions answered from the database: sources of measures, one statement, one table."""

from storage.figures.answer import MetricFigures

__all__ = ["MetricFigures"]
