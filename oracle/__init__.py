"""Riskmesh: one institution's oracle daemon and command line."""
