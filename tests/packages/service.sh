#!/bin/bash
# Runs in a booted machine where the package is installed: the service under real systemd, from first start to purge.
# Its arguments: the package. /root/cloud_simulator is the cloud. It says "all is well", or why it is not.
set -eu
unit=taskqueue-exporter
say() { echo "  $*"; }
show() { systemctl show "$unit" --property="$1" --value; }
wait_for() {
  for _ in $(seq 450); do
    if eval "$2" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  echo "waited 90 s in vain for $1"
  systemctl status "$unit" --no-pager || true
  journalctl -b -u "$unit" --no-pager | tail -n 30
  exit 1
}
metrics() { curl -sf http://127.0.0.1:19160/metrics; }

[ "$(systemctl is-enabled "$unit" || true)" = disabled ] || { echo "installing enabled the service"; exit 1; }

# A cloud, and a configuration whose keys are credentials of systemd.
/root/cloud_simulator --listen-address=127.0.0.1:18080 >/root/cloud.out 2>&1 &
wait_for "the cloud" "grep -q access_key_secret /root/cloud.out"
sleep 0.5
secrets=/etc/taskqueue_exporter/secrets
awk -v folder="$secrets" '
  /^#/ { next }
  $1 == "secret_key" || $1 == "access_key_secret" {
    name = "key" ++keys
    gsub(/"/, "", $3)
    print $3 > (folder "/" name)
    print $1 "_file = \"/run/credentials/taskqueue-exporter.service/secrets_" name "\""
    next
  }
  { print }' /root/cloud.out >/root/taskqueue.toml
printf '\n[ledger]\nfile = "/var/lib/taskqueue_exporter/ledger"\n' >>/root/taskqueue.toml
cat /root/taskqueue.toml >/etc/taskqueue_exporter/taskqueue.toml
chmod 0600 "$secrets"/*
mkdir -p "/run/systemd/system/$unit.service.d"
printf '[Service]\nWatchdogSec=12\n' >"/run/systemd/system/$unit.service.d/hasty.conf"
systemctl daemon-reload

systemctl enable --now "$unit"
say "started: $(show ActiveState), \"$(show StatusText)\""
pid=$(show MainPID)
[ "$(stat -c %U "/proc/$pid")" = taskqueue-exporter ] || { echo "it does not run as its own user"; exit 1; }
grep -q '^CapEff:\s*0000000000000000$' "/proc/$pid/status" || { echo "it has capabilities"; exit 1; }
say "user $(stat -c %U "/proc/$pid"), no capabilities, seccomp mode $(awk '/^Seccomp:/ { print $2 }' "/proc/$pid/status")"
/usr/bin/taskqueue_exporter --health.check
wait_for "every queue to be up" '[ "$(metrics | grep -c "^taskqueue_up{.* 1$")" -ge 6 ]'
say "$(metrics | grep -c '^taskqueue_up{.* 1$') queues are up with keys by LoadCredential"
[ "$(stat -c %U:%a /var/lib/taskqueue_exporter)" = taskqueue-exporter:700 ] || { echo "the state directory is not its own"; exit 1; }
metrics | grep -q '^taskqueue_ledger_up 1$' || { echo "the ledger is not up"; exit 1; }
say "the ledger is up: $(stat -c '%n, %U, %a' /var/lib/taskqueue_exporter/ledger)"

systemctl reload "$unit"
wait_for "the reload" '[ "$(journalctl -b -u taskqueue-exporter -o cat | grep -c "event=reloaded")" = 1 ]'
echo broken >/etc/taskqueue_exporter/taskqueue.toml
systemctl reload "$unit" || true
wait_for "the failed reload in the status" 'systemctl show taskqueue-exporter --property=StatusText | grep -q "reload failed"'
say "reloaded; a broken configuration changed nothing: \"$(show StatusText)\""
cat /root/taskqueue.toml >/etc/taskqueue_exporter/taskqueue.toml

kill -STOP "$pid"
wait_for "the watchdog" '[ "$(systemctl show taskqueue-exporter --property=NRestarts --value)" = 1 ]'
wait_for "the restart" 'systemctl is-active taskqueue-exporter'
say "a process that hangs is replaced: $(journalctl -b -u "$unit" -o cat | grep -i -m1 watchdog)"

# The same version again, as an upgrade does it.
before=$(show MainPID)
dpkg -i "$1" >/root/upgrade.log 2>&1 || { cat /root/upgrade.log; exit 1; }
wait_for "the restart by the upgrade" '[ "$(systemctl show taskqueue-exporter --property=MainPID --value)" != '"$before"' ] && systemctl is-active taskqueue-exporter'
cmp -s /root/taskqueue.toml /etc/taskqueue_exporter/taskqueue.toml || { echo "the upgrade changed the configuration"; exit 1; }
say "an upgrade restarts it and keeps its configuration"

echo broken >/etc/taskqueue_exporter/taskqueue.toml
systemctl restart "$unit" && { echo "a broken configuration started"; exit 1; }
sleep 7
[ "$(show NRestarts)" = 0 ] || { echo "a broken configuration is tried again and again"; exit 1; }
say "a broken configuration is not tried again: $(show Result), exit $(show ExecMainStatus)"
cat /root/taskqueue.toml >/etc/taskqueue_exporter/taskqueue.toml
systemctl reset-failed "$unit"
systemctl start "$unit"

apt-get purge -y -q taskqueue-exporter >/root/purge.log 2>&1 || { cat /root/purge.log; exit 1; }
# Not the package's: where it was built, this trial, and what man keeps of pages that were read.
left=$(find / -xdev \( -path /proc -o -path /src -o -path /packages -o -path /root -o -path /run/systemd/system -o -path /var/cache/man \) \
  -prune -o -iname '*taskqueue*' -print)
[ -z "$left" ] || { echo "the purge left: $left"; exit 1; }
if getent passwd "$unit" || getent group "$unit"; then echo "the purge left its user"; exit 1; fi
if pgrep -x taskqueue_expor; then echo "it still runs"; exit 1; fi
say "nothing is left of it: no file, no user, no process"
echo "all is well"
