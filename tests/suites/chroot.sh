# shellcheck shell=bash
# Fresh Debian 12 and 13 (or RELEASE=trixie): a clean clone, ./run --build, the demo scraped, then ./test. As root.
# shellcheck source=../../.ci/machine.sh
. "$here/.ci/machine.sh"
need_root
install_packages "${chroot_packages[@]}"
git -C "$here" diff --quiet HEAD || say "  what is not committed is not tested here"

try_release() {
  fresh_machine "$1"
  git clone -q --no-hardlinks "$here" "$root/src"

  say "- ./run --build in the fresh Debian $1"
  began=$SECONDS
  inside 'cd /src && ./run --build' | tee "$log/chroot-$1.log"
  folder=$(tail -n 1 "$log/chroot-$1.log")
  [ -x "$root$folder/taskqueue_exporter" ] || fail "the last line of ./run --build is not the programs' folder: $folder"

  say "  took $((SECONDS - began)) s, packages included"

  say "- README's configuration in the fresh Debian $1"
  offline 'bash /src/tests/packages/newcomer.sh "$0"' "$folder" | sed 's/^/  /'

  say "- the demo in the fresh Debian $1, cut off from the network, scraped from inside"
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

  say "- ./test in the fresh Debian $1"
  inside 'began=$SECONDS; cd /src && ./test; code=$?; echo "./test took $((SECONDS - began)) s"; exit $code'
}

# shellcheck disable=SC2086  # several, separated by spaces
for release in ${RELEASE:-${debian_releases[*]}}; do try_release "$release"; done
