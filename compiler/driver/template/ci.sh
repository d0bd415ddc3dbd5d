#!/bin/sh
# What a merge request must pass. A shell script runs in every CI service, and on your own machine.
set -eu
cd "$(dirname "$0")"
sqc=${SQC:-sqc}
"$sqc" fmt --check .
"$sqc" lint .
"$sqc" check
"$sqc" test --junit test-results.xml
"$sqc" run --replay sample.ndjson --format ndjson >/dev/null
