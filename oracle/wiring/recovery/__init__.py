"""A member's whole state in one encrypted file, and what a member does that was restored from one."""
