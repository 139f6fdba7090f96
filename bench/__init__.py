"""Figures that a change may make worse, each beside what it is measured against."""
