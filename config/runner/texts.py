"""Texts without a whole translation: prints them, and fails when there are any."""

import sys
from pathlib import Path

from apps.core.translations import extract_messages, untranslated


def main(root: Path) -> int:
    missing = untranslated(root)
    for text in missing:
        print(f"untranslated: {text}")
    print(f"{len(extract_messages(root))} texts, {len(missing)} untranslated")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
