# shellcheck shell=bash
# A fresh Debian (bookworm, or RELEASE=trixie): a clean clone, ./run --build, the demo scraped, then ./test. As root.
[ "$(id -u)" -eq 0 ] || fail "the suite chroot needs root"
install_packages "${chroot_packages[@]}"
release=${RELEASE:-bookworm}
mirror=http://deb.debian.org/debian
base=${CHROOT_CACHE:-/var/tmp/taskqueue_exporter}/$release.tgz
root=$(mktemp -d "${TMPDIR:-/var/tmp}/taskqueue-chroot.XXXXXX")
# Mounts live in a namespace of their own and end with it, so nothing but the folder is ever left to remove.
trap 'rm -rf --one-file-system "$root"' EXIT

# inside COMMAND [ARGUMENTS]: a shell command in the fresh machine; every process of it ends when it returns.
inside() { enter true "$@"; }
# The same without any network but loopback.
offline() { enter 'ip link set lo up' --net "$@"; }
enter() {
  local first=$1 net=()
  shift
  if [ "$1" = --net ]; then net=(--net) && shift; fi
  # shellcheck disable=SC2016  # expanded by the inner shell
  unshare --mount --pid --fork --kill-child "${net[@]}" --mount-proc="$root/proc" bash -c '
    mount --rbind /dev "$0/dev" && '"$first"' &&
      exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 NODE_EXTRA_CA_CERTS=/etc/npm-ca.pem chroot "$0" bash -c "$@"' "$root" "$@"
}

if [ ! -e "$base" ]; then
  mkdir -p "$(dirname "$base")"
  logged debootstrap "making a bare Debian $release" debootstrap --variant=minbase "$release" "$root" "$mirror"
  tar -C "$root" -czf "$base.new" . && mv "$base.new" "$base"
else
  tar -C "$root" -xzf "$base"
fi
# What an installer would have written, and the authorities that this machine trusts besides Debian's.
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$root/etc/hosts"
mkdir -p "$root/usr/local/share/ca-certificates"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \;
# Where this machine reaches npm through a proxy with a certificate of its own, the fresh one must know it too.
if [ -n "${NODE_EXTRA_CA_CERTS-}" ]; then cp "$NODE_EXTRA_CA_CERTS" "$root/etc/npm-ca.pem"; fi

git -C "$here" diff --quiet HEAD || say "  what is not committed is not tested here"
git clone -q --no-hardlinks "$here" "$root/src"

say "- ./run --build in the fresh machine"
inside 'cd /src && ./run --build' | tee "$log/chroot-run.log"
folder=$(tail -n 1 "$log/chroot-run.log")
[ -x "$root$folder/taskqueue_exporter" ] || fail "the last line of ./run --build is not the programs' folder: $folder"

say "- the demo in the fresh machine, cut off from the network, scraped from inside"
# shellcheck disable=SC2016
offline '
  "$0/taskqueue_exporter" --demo --web.listen-address=127.0.0.1:19160 2>/tmp/demo.log &
  scrape() { exec 3<>/dev/tcp/127.0.0.1/19160 && printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3; }
  for second in $(seq 90); do
    sleep 1
    kill -0 $! 2>/dev/null || break
    (scrape) >/tmp/scrape 2>/dev/null || continue
    found=0
    for service in mps vod batch ecs; do
      grep "^taskqueue_tasks{.*cloud_service=\"$service\"" /tmp/scrape | grep -qv " 0$" && found=$((found + 1))
    done
    if [ "$found" = 4 ]; then echo "  tasks of all four services after $second s"; exit 0; fi
  done
  cat /tmp/demo.log /tmp/scrape
  exit 1' "$folder" || fail "the demo did not show tasks of all four services within 90 s"

say "- ./run --build once more, cut off from the network"
# shellcheck disable=SC2016
offline 'began=$SECONDS; ./src/run --build >/dev/null; echo "  took $((SECONDS - began)) s"'

say "- ./test in the fresh machine"
inside 'began=$SECONDS; cd /src && ./test; code=$?; echo "./test took $((SECONDS - began)) s"; exit $code'
