#!/usr/bin/env bash
# Lock every set again after an edit of an .in file: bash config/requirements/compile.sh [--upgrade]
set -euo pipefail
cd "$(dirname "$0")"
for name in installer base dev; do
  ../../.venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-config \
    --python-version 3.11 "$@" "$name.in" --output-file "$name.txt"
done
