#!/usr/bin/env bash
# Says what this machine lacks before anything is installed; prints the Python to build .venv with.
set -euo pipefail

missing=()

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
}

python="$(find_python)"
if [[ -z "$python" ]]; then
  missing+=("Python 3.11 or newer (found: $(python3 --version 2>/dev/null || echo none)); name another one with PYTHON=/path/to/python3.11")
elif ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
  missing+=("the venv module of $python (on Debian and Ubuntu: apt-get install python3-venv)")
fi

node_major="$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)"
if [[ -z "$node_major" || "$node_major" -lt 20 ]]; then
  missing+=("Node 20 or newer (found: $(node --version 2>/dev/null || echo none))")
fi
if ! command -v npm >/dev/null 2>&1; then
  missing+=("npm, which comes with Node (on Debian: apt-get install npm)")
fi

if ((${#missing[@]})); then
  printf 'This machine lacks:\n' >&2
  printf '  - %s\n' "${missing[@]}" >&2
  printf 'Install it and run the same command again.\n' >&2
  exit 1
fi
echo "$python"
