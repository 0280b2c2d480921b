"""The holder's side of the data: records in, an index of pseudonyms, snapshots that replies are cut from."""
