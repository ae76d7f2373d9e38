#!/usr/bin/env bash
# Installs meshc into an environment of its own: REQUIREMENT, or the commit this action stands in.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="$RUNNER_TEMP/meshc-venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "${REQUIREMENT:-$here/../../..}"
echo "$venv/bin" >>"$GITHUB_PATH"
