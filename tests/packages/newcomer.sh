#!/bin/bash
# As somebody with nothing but README.md: its configuration, with keys in the environment, against the pretend cloud.
#   newcomer.sh FOLDER_OF_PROGRAMS
set -euo pipefail
programs=$1
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
cloud=http://127.0.0.1:18080
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

"$programs/cloud_simulator" --listen-address=127.0.0.1:18080 >"$work/cloud.out" 2>&1 &
until grep -qs access_key_secret "$work/cloud.out"; do sleep 0.1; done
sleep 0.2
# The only change: where the clouds are.
sed -n '/^```toml$/,/^```$/p' "$source/README.md" | sed -e '/^```/d' -e "s|^account .*|&\nendpoint = \"$cloud\"|" >"$work/taskqueue.toml"
key() { sed -n "/^\[accounts.$1\]/,/^\[queues/s/^$2 = \"\(.*\)\"/\1/p" "$work/cloud.out"; }
TENCENTCLOUD_SECRET_ID=$(key media secret_id) TENCENTCLOUD_SECRET_KEY=$(key media secret_key)
ALIBABA_CLOUD_ACCESS_KEY_ID=$(key ali access_key_id) ALIBABA_CLOUD_ACCESS_KEY_SECRET=$(key ali access_key_secret)
export TENCENTCLOUD_SECRET_ID TENCENTCLOUD_SECRET_KEY ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET

cd "$source"
began=$(date +%s%N)
./run --config.check --config.file="$work/taskqueue.toml" | tail -n 1
./run --config.file="$work/taskqueue.toml" >"$work/exporter.log" 2>&1 &
scrape() { (exec 3<>/dev/tcp/127.0.0.1/19160 && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && cat <&3) 2>/dev/null; }
for _ in $(seq 600); do
  if scrape >"$work/scrape" && grep -q '^taskqueue_tasks{queue="transcode".* [1-9]' "$work/scrape"; then
    echo "first metric after $((($(date +%s%N) - began) / 1000000)) ms"
    grep -m 1 '^taskqueue_tasks{queue="transcode".* [1-9]' "$work/scrape"
    exit 0
  fi
  sleep 0.1
done
cat "$work/exporter.log"
exit 1
