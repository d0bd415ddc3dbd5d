#!/usr/bin/env python3
"""objects_test.py -- object files are the same bytes whichever process makes them, so they hold no address (law 10).

usage: objects_test.py SQC FILE..

The loader is given nothing but such bytes (compiler/driver/tiers.h), and `sqc test --all` runs what comes from a file:
code that was just compiled, cached or made ahead of time is one code.
"""

import subprocess
import sys


def object_of(sqc, path):
    done = subprocess.run([sqc, "explain", path, "--emit", "object"], capture_output=True, check=True)
    return done.stdout


def main():
    sqc, *paths = sys.argv[1:]
    for path in paths:
        first, second = object_of(sqc, path), object_of(sqc, path)
        if not first.startswith(b"\x7fELF"):
            sys.exit(f"{path}: no object file")
        if first != second:
            sys.exit(f"{path}: two processes make different objects")
    if not paths:
        sys.exit(__doc__)


main()
