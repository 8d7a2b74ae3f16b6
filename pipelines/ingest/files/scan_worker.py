"""The program that scans files for `workers`."""

import sys

from pipelines.ingest.files.workers import work

if __name__ == "__main__":
    work(sys.stdin.buffer, sys.stdout.buffer)
