"""Writes `docs/openapi.json` from the code; with `--check`, fails when the file is stale."""

import json
import sys
from pathlib import Path

from oracle.api.openapi import openapi_document

TARGET = Path(__file__).parent.parent / "docs" / "openapi.json"


def main(arguments: list[str]) -> int:
    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    if "--check" in arguments:
        if TARGET.exists() and TARGET.read_text() == text:
            return 0
        print(f"{TARGET.name} is stale: run python tools/openapi.py", file=sys.stderr)
        return 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
