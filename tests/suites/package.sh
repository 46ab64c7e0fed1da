# shellcheck shell=bash
# The Debian package in a fresh machine (bookworm, or RELEASE=trixie): built, lintian, booted systemd, purge. As root.
# shellcheck source=../../.ci/machine.sh
. "$here/.ci/machine.sh"
need_root
install_packages "${package_packages[@]}"
release=${RELEASE:-bookworm}
fresh_machine "$release"
in_machine_install "${build_packages[@]}" dpkg-dev file systemd systemd-sysv man-db curl procps
mkdir "$root/src" && git -C "$here" archive HEAD | tar -C "$root/src" -x

say "- building the package in the fresh Debian $release"
# shellcheck disable=SC2016  # expanded in there
logged "package-$release" "cmake and cpack" inside '
  cd /src && cmake --preset release -DTASKQUEUE_TESTS=OFF -DTASKQUEUE_REVISION="$0" &&
    cmake --build build/release --target taskqueue_exporter cloud_simulator &&
    cp build/release/cloud_simulator /root/ &&
    cpack -G DEB --config build/release/CPackConfig.cmake -B /packages && rm -rf /packages/_CPack_Packages' \
  "$(git -C "$here" rev-parse --short HEAD)"
mkdir -p "$build/packages" && cp "$root"/packages/*.deb "$build/packages/"
deb=$(cd "$root" && echo packages/*.deb)
say "  $(basename "$deb"), $(($(stat -c %s "$root/$deb") / 1024)) KiB"
dpkg-deb -c "$root/$deb" | awk '{ print "    " $1, $2, $6 }'

say "- lintian"
lintian --fail-on error "$root/$deb" || fail "lintian found errors"
MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$here/docs/taskqueue_exporter.1" 2>&1 >/dev/null |
  { ! grep .; } || fail "the man page has faults"

say "- installing it"
# shellcheck disable=SC2016
logged "package-$release-install" "apt-get install" inside 'DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "/$0"' "$deb"
inside 'systemd-analyze verify taskqueue-exporter.service' || fail "systemd-analyze verify complains"
say "  systemd-analyze verify is content; security: $(inside 'systemd-analyze security --offline=yes --no-pager taskqueue-exporter.service' | tail -n 1)"

say "- booting that machine: the service under systemd"
cp "$here/tests/packages/service.sh" "$root/root/service.sh"
cat >"$root/etc/systemd/system/trial.service" <<TEXT
[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/bash /root/service.sh /$deb
ExecStopPost=/bin/systemctl poweroff --no-block
StandardOutput=append:/root/trial.log
StandardError=append:/root/trial.log
TimeoutStartSec=300
[Install]
WantedBy=multi-user.target
TEXT
inside 'systemctl enable trial.service 2>/dev/null; systemctl mask apt-daily.timer apt-daily-upgrade.timer 2>/dev/null'
# Debian 13's systemd wants to be told that a host with the old groups of processes will do.
timeout --kill-after=20 400 systemd-nspawn -q -D "$root" --machine="taskqueue-$$" --register=no --keep-unit \
  --private-network --link-journal=no -b SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 >"$log/package-$release-boot.log" 2>&1 </dev/null || true
cat "$root/root/trial.log"
[ "$(tail -n 1 "$root/root/trial.log")" = "all is well" ] || fail "the service (the machine's own words: $log/package-$release-boot.log)"
