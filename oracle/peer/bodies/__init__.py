"""The bodies of messages: one file each, values in, padded frames out, and back with every field checked."""
