"""Riskmesh: one institution's oracle daemon and command line."""

from importlib.metadata import version

__version__ = version("riskmesh")
