"""The words every other room speaks: identifiers, messages and facts as plain immutable values."""
