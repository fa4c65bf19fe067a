#!/usr/bin/env bash
# Installs Debian's redis-server, which the RESP client of examples/resp is tested with, where nobody needs
# to be asked: there is apt-get, and this is root or sudo wants no password. It leaves no service behind.
# Elsewhere it says what is left out, and the tests do too.
set -euo pipefail

leave_out() {
  echo "Left out: tests with a real redis-server: $1"
  exit 0
}

if command -v redis-server >/dev/null; then exit 0; fi
command -v apt-get >/dev/null || leave_out "there is no apt-get to install it with"
root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || leave_out "install it by hand: sudo apt-get install redis-server"
  root=(sudo -n)
fi

# Debian starts a service as it installs it, unless this file forbids it (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  trap '"${root[@]}" rm -f "$policy"' EXIT
  "${root[@]}" chmod +x "$policy"
fi

apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null; }
{ apt update && apt install -y --no-install-recommends redis-server; } || leave_out "apt-get could not install it"
# Nor at the next start of the machine.
if command -v systemctl >/dev/null; then
  "${root[@]}" systemctl --quiet disable redis-server 2>/dev/null || true
fi
echo "Installed $(redis-server --version)"
