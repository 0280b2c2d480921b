"""The institution's own interface to its daemon: versioned, local, described by an OpenAPI document."""
