"""The requester: blind, commit, collect, verify, send receipts and claims, tell the results."""
