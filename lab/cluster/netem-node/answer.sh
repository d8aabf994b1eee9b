#!/bin/bash
# answer.sh FOLDER: for as long as it lives, runs each FOLDER/*.sh that appears; ask.ts is the other side.
set -eu

answer() {
  local status=0
  bash "$1.taken" >"$1.output" 2>&1 || status=$?
  echo "$status" >"$1.draft"
  mv "$1.draft" "$1.status"
}

# A read that never ends waits without a process of its own, which is dear here.
exec {silence}<> <(:)
while :; do
  for request in "$1"/*.sh; do
    [ -f "$request" ] || continue
    mv "$request" "${request%.sh}.taken"
    answer "${request%.sh}" &
  done
  read -r -t 0.25 -u "$silence" || true
done
