"""The holder: admit a batch, evaluate it, cut the buckets, seal the reply, check the receipt, disclose."""
