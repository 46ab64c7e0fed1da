# shellcheck shell=bash
# Fresh Debian machines for the suites: a debootstrap chroot in namespaces of its own. As root.
# Sets `root`, the folder of the machine in use.

debian_mirror=http://deb.debian.org/debian
debian_releases=(bookworm trixie)

need_root() { [ "$(id -u)" -eq 0 ] || fail "this suite needs root"; }

# bare_debian RELEASE: makes $base, the archive of a bare Debian, once.
bare_debian() {
  base=${CHROOT_CACHE:-/var/tmp/taskqueue_exporter}/$1.tgz
  if [ -e "$base" ]; then return; fi
  local folder
  folder=$(mktemp -d "${TMPDIR:-/var/tmp}/taskqueue-base.XXXXXX")
  mkdir -p "$(dirname "$base")"
  logged "debootstrap-$1" "making a bare Debian $1" debootstrap --variant=minbase "$1" "$folder" "$debian_mirror"
  tar -C "$folder" -czf "$base.new" . && mv "$base.new" "$base"
  rm -rf --one-file-system "$folder"
}

# fresh_machine RELEASE: unpacks one into $root, which goes when the script ends or the next one is made.
fresh_machine() {
  bare_debian "$1"
  remove_machine
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/taskqueue-machine.XXXXXX")
  trap remove_machine EXIT
  tar -C "$root" -xzf "$base"
  # What an installer would have written, and the authorities that this machine trusts besides Debian's.
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$root/etc/hosts"
  mkdir -p "$root/usr/local/share/ca-certificates"
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \;
  # Where this machine reaches npm through a proxy with a certificate of its own, the fresh one must know it too.
  if [ -n "${NODE_EXTRA_CA_CERTS-}" ]; then cp "$NODE_EXTRA_CA_CERTS" "$root/etc/npm-ca.pem"; fi
}

# Mounts live in a namespace of their own and end with it, so nothing but the folder is ever left to remove.
remove_machine() {
  if [ -n "${root-}" ]; then rm -rf --one-file-system "$root"; fi
  root=
}

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

# shellcheck disable=SC2016
in_machine_install() {
  logged "${root##*.}-install" "installing $* in the fresh machine" inside \
    'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$0" "$@"' "$@"
}
