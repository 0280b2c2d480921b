"""The cryptographic layer: bytes in, bytes out; private keys stay inside `keyring`."""
