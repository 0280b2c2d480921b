"""The decisions, pure: values in, values out; no clock, network, database or log."""
