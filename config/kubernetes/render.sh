#!/usr/bin/env bash
# Renders the plain manifests in this folder from the chart in config/helm.
#   config/kubernetes/render.sh           writes them; needs helm
#   config/kubernetes/render.sh --hash    what they were rendered from, as their first line has it
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Everything that goes into them; the dashboards do not.
hash() {
  cd "$here/../helm"
  find -L . -type f -not -path './files/dashboards/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

# render FILE FLAGS...
render() {
  local file=$1
  shift
  {
    echo "# Rendered from config/helm ($(hash)) by config/kubernetes/render.sh; change the chart, not this file."
    # The labels of helm's own bookkeeping would be untrue here.
    helm template taskqueue-exporter "$here/../helm" --kube-version 1.31.0 "$@" 2>/dev/null |
      grep -v -e '^ *app.kubernetes.io/managed-by: Helm$' -e '^$'
  } >"$here/$file"
}

if [ "${1-}" = --hash ]; then hash && exit; fi
command -v helm >/dev/null || { echo "render.sh: helm is not on the PATH; nothing was written" >&2 && exit 1; }
render taskqueue-exporter.yaml
render monitoring.yaml --set serviceMonitor.enabled=true,prometheusRule.enabled=true --show-only templates/monitoring.yaml
