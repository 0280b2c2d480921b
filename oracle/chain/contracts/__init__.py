"""The contracts, one file each: orders to be sent and views pinned to a block."""
