#!/usr/bin/env bash
# Lints REPOSITORY once and writes annotations to the log and SARIF to a file. What was found does
# not fail this step: the file is uploaded first, and a later step takes the exit code.
set -uo pipefail
words=(lint "$REPOSITORY" --output github --output "sarif:$SARIF")
if [ -n "$FAIL_ON" ]; then
    words+=(--fail-on "$FAIL_ON")
fi
meshc "${words[@]}"
code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
echo "sarif=$SARIF" >>"$GITHUB_OUTPUT"
# Without a file there is nothing to upload: usage and input errors end here.
[ -f "$SARIF" ] || exit "$code"
