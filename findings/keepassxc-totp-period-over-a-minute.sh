#!/usr/bin/env bash
#
# KeePassXC takes every TOTP period beyond a minute for a minute, without a word.
#
# RFC 6238 (§4.1) bounds no time step, and the key URI format bounds no period. KeePassXC 2.7.4 shows for
# period=90 and period=120 the code that period=60 has, so what it shows is never right. Needs the
# packages keepassxc and oathtool (Debian 12: 2.7.4+dfsg.1-2, 2.6.7-3.1).
set -euo pipefail

version=$(keepassxc-cli --version)
[[ $version == 2.7.4 ]] || { echo "This was seen in KeePassXC 2.7.4, and this is $version."; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export QT_QPA_PLATFORM=offscreen
secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP

entry() {
  printf '<Entry><UUID>%s</UUID><String><Key>Title</Key><Value>%s</Value></String>' \
    "$(head -c 16 /dev/urandom | base64)" "$1"
  printf '<String><Key>otp</Key><Value>otpauth://totp/App:ada?secret=%s&amp;issuer=App&amp;period=%s</Value></String></Entry>' \
    "$secret" "$1"
}
{
  echo '<?xml version="1.0" encoding="UTF-8"?><KeePassFile><Meta></Meta><Root>'
  echo '<Group><UUID>AAAAAAAAAAAAAAAAAAAAAA==</UUID><Name>Root</Name>'
  for period in 30 60 90 120; do entry "$period"; done
  echo '</Group></Root></KeePassFile>'
} >entries.xml
printf 'pw\npw\n' | keepassxc-cli import -q -p entries.xml entries.kdbx >/dev/null 2>&1

shown() { echo pw | keepassxc-cli show -q -t entries.kdbx "$1"; }
right() { oathtool --totp --time-step-size="$1s" -b "$secret"; }
all() { echo "$(right 30) $(right 60) $(right 90) $(right 120)"; }
# Once more where a step has ended meanwhile.
until
  before=$(all)
  seen="$(shown 30) $(shown 60) $(shown 90) $(shown 120)"
  [[ $before == "$(all)" ]]
do :; done
echo "KeePassXC 2.7.4, periods of 30, 60, 90 and 120 seconds: $seen; right: $before"
read -r of30 of60 _ <<<"$before"
expected="$of30 $of60 $of60 $of60"
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
