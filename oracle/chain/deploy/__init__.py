"""Putting a consortium's contracts on a chain, once, in steps that can be taken up again."""
