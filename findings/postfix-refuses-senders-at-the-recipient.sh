#!/usr/bin/env bash
#
# Postfix says at RCPT TO what it has against the sender.
#
# RFC 5321 (§3.3) has MAIL FROM refused where a server does not take the sender. Postfix 3.7.11 takes it
# first (smtpd_delay_reject, on by default) and answers each recipient instead: who judges by the command,
# or by a code of 550 alone, takes a sender that is refused for a mailbox that is gone. The enhanced
# status code (RFC 3463) tells them apart. Needs the package postfix (Debian 12: 3.7.11) and root.
set -euo pipefail

version=$(postconf -dh mail_version)
[[ $version == 3.7.11 ]] || { echo "This was seen in Postfix 3.7.11, and this is $version."; exit 1; }
folder=$(mktemp -d)
stop() { postfix -c "$folder/etc" stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap stop EXIT
chmod 755 "$folder"
mkdir -p "$folder"/{etc,queue,data}
chown postfix "$folder/data"
port=$((20000 + RANDOM % 20000))
cat >"$folder/etc/main.cf" <<CF
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
maillog_file = $folder/log
maillog_file_prefixes = $folder
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination = example.org
alias_maps =
local_recipient_maps = inline:{ada=here}
smtpd_sender_restrictions = check_sender_access inline:{refused@example.org=REJECT}
CF
cat >"$folder/etc/master.cf" <<CF
$port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
CF
postfix -c "$folder/etc" start >/dev/null 2>&1

# The replies to MAIL FROM and RCPT TO, without their words.
replies() {
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  read -r _ <&3
  local reply
  for command in "HELO client.example.org" "MAIL FROM:<$1>" "RCPT TO:<$2>"; do
    printf '%s\r\n' "$command" >&3
    read -r reply <&3
    [[ $command == HELO* ]] || cut -d ' ' -f 1-2 <<<"$reply"
  done
  exec 3>&-
}
seen=$(echo $(replies refused@example.org ada@example.org) / $(replies known@example.org gone@example.org))
echo "Postfix 3.7.11, replies to MAIL FROM and RCPT TO, for a refused sender / for a mailbox that is gone: $seen"
expected='250 2.1.0 554 5.7.1 / 250 2.1.0 550 5.1.1'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
