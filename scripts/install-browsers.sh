#!/usr/bin/env bash
# Installs Debian's Chromium and Firefox, which tests of pages run in, where nobody needs to be asked: there is
# apt-get, and this is root or sudo wants no password. Elsewhere it says what is left out, and the tests do too.
#
#   bash scripts/install-browsers.sh [chromium] [firefox-esr]     omitted: both
set -euo pipefail

leave_out() {
  echo "Left out: tests in $*"
  exit 0
}

missing=()
for browser in "${@:-chromium firefox-esr}"; do
  for one in $browser; do command -v "$one" >/dev/null || missing+=("$one"); done
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
command -v apt-get >/dev/null || leave_out "${missing[*]}: there is no apt-get to install it with"
root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || leave_out "${missing[*]}: install it by hand: sudo apt-get install ${missing[*]}"
  root=(sudo -n)
fi
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null; }
for browser in "${missing[@]}"; do
  { apt update && apt install -y --no-install-recommends "$browser"; } ||
    leave_out "$browser: apt-get could not install it"
  echo "Installed $("$browser" --version 2>/dev/null)"
done
