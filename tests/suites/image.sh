# shellcheck shell=bash
# The container image by buildah on local bases (bookworm, or RELEASE=trixie): non-root, read-only, scraped. As root.
# shellcheck source=../../.ci/machine.sh
. "$here/.ci/machine.sh"
need_root
install_packages "${image_packages[@]}"
release=${RELEASE:-bookworm}
bare_debian "$release"
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/taskqueue-image.XXXXXX")
buildah() { command buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver "${STORAGE_DRIVER:-overlay}" "$@"; }
end_image() {
  buildah rm --all >/dev/null 2>&1 || true
  umount "$folder/storage/overlay" 2>/dev/null || true
  rm -rf --one-file-system "$folder"
}
trap end_image EXIT
export TMPDIR=$folder

# No registry is asked: the names of the Dockerfile's bases are given to bare Debians of our own.
for tag in "$release" "$release-slim"; do
  container=$(buildah from scratch)
  buildah add -q "$container" "$base" / >/dev/null
  buildah commit -q "$container" "docker.io/library/debian:$tag" >/dev/null
  buildah rm "$container" >/dev/null
done

say "- secrets that lie about are planted beside the sources"
mkdir "$folder/context"
git -C "$here" archive HEAD | tar -C "$folder/context" -x
planted=planted-$RANDOM$RANDOM$RANDOM
for name in .env taskqueue.toml id_rsa docs/keys; do echo "$planted" >"$folder/context/$name"; done

logged image-build "building the image with buildah" buildah build --isolation chroot --pull-never --format docker \
  --build-arg "DEBIAN=$release" --build-arg "REVISION=$(git -C "$here" rev-parse --short HEAD)" \
  --tag taskqueue_exporter "$folder/context"

container=$(buildah from --pull-never localhost/taskqueue_exporter)
image=$(buildah mount "$container")
installed() { dpkg-query --admindir="$1/var/lib/dpkg" -W -f='${Package} ${Version}\n' | sort; }
mkdir "$folder/base"
tar -C "$folder/base" -xzf "$base"
megabytes() { du -sm --apparent-size --one-file-system "$1" | cut -f1; }
say "  size: $(megabytes "$image") MB, of which the program $(megabytes "$image/usr/local/bin/taskqueue_exporter") MB"
say "  packages added to the base:"
comm -13 <(installed "$folder/base") <(installed "$image") | sed 's/^/    /'
say "  $(installed "$image" | wc -l) packages in all: $(installed "$image" | cut -d' ' -f1 | tr '\n' ' ')"

say "- nothing in it that does not belong there"
if installed "$image" | grep -E '^[^ ]*(-dev|gcc-[0-9]+|g\+\+.*|binutils.*|cmake.*|make|ninja.*|git|curl|wget|python3.*) '; then
  fail "build tools are in the image"
fi
if grep -rlF "$planted" "$image" 2>/dev/null | grep .; then fail "planted secrets are in the image"; fi
if [ -e "$image/src" ]; then fail "the sources are in the image"; fi

say "- what it says of itself"
settings=$(buildah inspect --type image localhost/taskqueue_exporter)
for what in '"User": "65532:65532"' '"--health.check"' '"org.opencontainers.image.title": "taskqueue_exporter"' '"19160/tcp"'; do
  grep -qF -- "$what" <<<"$settings" || fail "the image's settings lack $what"
done

say "- non-root, read-only root, no network but loopback: the demo, its health check and a scrape"
# shellcheck disable=SC2016
unshare --mount --net --pid --fork --kill-child bash -euc '
  ip link set lo up
  mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"
  mount -t tmpfs -o uid=65532,mode=0700 tmpfs "$0/var/lib/taskqueue_exporter"
  mount -t proc proc "$0/proc"
  as_user() { chroot --userspec=65532:65532 --groups= "$0" "$@"; }
  if as_user touch /tmp/x 2>/dev/null; then echo "its root can be written"; exit 1; fi
  if as_user /usr/local/bin/taskqueue_exporter --health.check 2>/dev/null; then echo "healthy before it runs"; exit 1; fi
  chroot --userspec=65532:65532 --groups= "$0" /usr/local/bin/taskqueue_exporter --demo 2>"$1/demo.log" &
  program=$!
  for second in $(seq 90); do
    sleep 1
    if curl -sf http://127.0.0.1:19160/metrics | grep -q "^taskqueue_tasks{.*cloud_service=\"mps\".* [1-9]"; then break; fi
    [ "$second" -lt 90 ] || { cat "$1/demo.log"; exit 1; }
  done
  as_user /usr/local/bin/taskqueue_exporter --health.check
  echo "  user $(sed -n "s/^Uid:.\([0-9]*\).*/\1/p" "$0/proc/$program/status"), healthy, tasks after $second s"
  as_user /usr/local/bin/taskqueue_exporter --version | head -1
  kill $program
  wait $program
  echo "  ended with $?"
' "$image" "$folder" || fail "the image does not run as it should"
say "The image of Debian $release is good."
