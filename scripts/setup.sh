# Sourced by quickstart and test: the project's own virtual environment, with locked versions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*" >&2; }

python_of_a_right_version() {
  local name
  for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
  echo "Python 3.11, 3.12 or 3.13 is needed; install one, or name it: PYTHON=/path/to/python" >&2
  return 2
}

# Installs demarche and the named dependency groups, unless that is done already.
install() {
  local stamp=.venv/installed-$1 wanted
  wanted=$(cat pyproject.toml requirements.lock | cksum)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    say "the environment .venv is there already"
    return
  fi
  say "installing locked dependencies into .venv (roughly 3 minutes, 2 GB of disk)"
  [ -x .venv/bin/python ] || "$(python_of_a_right_version)" -m venv .venv
  .venv/bin/python -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
  shift
  .venv/bin/python -m pip install -qq --disable-pip-version-check \
    --constraint requirements.lock --editable . "$@"
  printf '%s\n' "$wanted" >"$stamp"
}
