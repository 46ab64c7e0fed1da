# shellcheck shell=bash
# The steps that ./run, ./test and the suites are made of. Source it with `here` set to the project's folder.
# Progress goes to the screen in short lines, everything else into build/log/.

# shellcheck source=packages
. "$here/.ci/packages"

say() { printf '%s\n' "$*"; }

fail() {
  printf 'failed: %s\n' "$*" >&2
  exit 1
}

# Where to build: in the project, or, where that folder is somebody else's, in a place of our own.
choose_build_folder() {
  build=$here/build
  if ! { mkdir -p "$build/log" && [ -w "$build" ] && [ -w "$build/log" ]; } 2>/dev/null; then
    build=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/taskqueue_exporter/$(printf '%s' "$here" | cksum | cut -d' ' -f1)
    mkdir -p "$build/log" || fail "neither $here/build nor $build can be written"
  fi
  log=$build/log
}

# logged NAME SENTENCE COMMAND...: runs the command with its output in a file; shows the file's end when it fails.
logged() {
  local file=$log/$1.log sentence=$2 began=$SECONDS
  shift 2
  say "- $sentence"
  if ! "$@" >"$file" 2>&1; then
    tail -n 40 "$file" >&2
    fail "$sentence; all of it is in $file"
  fi
  if [ $((SECONDS - began)) -ge 5 ]; then say "  took $((SECONDS - began)) s"; fi
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }

# The given packages that are not installed, one a line.
missing_packages() {
  local installed
  # shellcheck disable=SC2016  # dpkg-query's own variables
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p') || true
  printf '%s\n' "$@" | grep -vxF -e "${installed:-.}" || true
}

refresh_package_lists() {
  local file=$log/apt-update.log
  say "- reading Debian's package lists"
  # A foreign source that does not answer need not stop us: what counts is whether the packages are found.
  if ! as_root apt-get update -q -o Acquire::Retries=3 >"$file" 2>&1; then
    say "  apt-get update complained (see $file), going on"
  fi
}

# Installs what is missing of the given packages; needs no network, and no root, when nothing is.
install_packages() {
  command -v dpkg-query >/dev/null || fail "this is not Debian; needed are: $*"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  can_be_root || fail "not root, and sudo would ask. Run this once, then start again:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  refresh_package_lists
  logged apt-install "installing ${missing[*]}" \
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 "${missing[@]}"
}

# The given names that are no commands, one a line.
absent_commands() {
  local name
  for name in "$@"; do command -v "$name" >/dev/null || printf '%s\n' "$name"; done
}

# Puts the program of an unpacked package on the PATH: the machine's own, or the package's, unpacked below build/tools.
provide_program() {
  local name=$1 folder=$build/tools/$1
  if ! command -v "$name" >/dev/null && [ ! -x "$folder/usr/bin/$name" ] && [ ! -x "$folder/usr/sbin/$name" ]; then
    [ -n "$(apt-cache madison "$name" 2>/dev/null)" ] || { can_be_root && refresh_package_lists; }
    rm -rf "$folder" && mkdir -p "$folder"
    logged "unpack-$name" "unpacking $name from its Debian package" \
      bash -c 'cd "$1" && apt-get download -q -o Acquire::Retries=3 "$2" && dpkg-deb -x ./*.deb . && rm -f ./*.deb' _ "$folder" "$name"
  fi
  PATH=$PATH:$folder/usr/bin:$folder/usr/sbin
}

# A build folder that was moved or copied here belongs to another source folder; CMake would refuse it.
drop_foreign_build() {
  local cache=$1/CMakeCache.txt
  if [ -e "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$here" "$cache"; then rm -rf "$1"; fi
}

# configure PRESET [CMAKE ARGUMENTS]
configure() {
  local preset=$1
  shift
  drop_foreign_build "$build/$preset"
  logged "configure-$preset" "configuring build/$preset" cmake -S "$here" --preset "$preset" -B "$build/$preset" "$@"
}

# Prints every tenth part of ninja's way, and nothing else.
tenths() {
  local line part last=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      part=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
      if [ "$part" -gt "$last" ] && [ "${BASH_REMATCH[2]}" -ge 20 ]; then say "  ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"; fi
      last=$part
    fi
  done
}

# build PRESET TARGETS...
build() {
  local preset=$1 file=$log/build-$1.log began=$SECONDS
  shift
  say "- building $* in $build/$preset"
  if ! cmake --build "$build/$preset" --target "$@" 2>&1 | tee "$file" | tenths; then
    grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking)' "$file" | tail -n 40 >&2
    fail "building; all of it is in $file"
  fi
  if [ $((SECONDS - began)) -ge 5 ]; then say "  took $((SECONDS - began)) s"; fi
}
