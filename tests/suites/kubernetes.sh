# shellcheck shell=bash
# The chart and the manifests against published schemas; with helm and kubeconform too where the PATH has them.
mapfile -t absent < <(absent_commands "${program_packages[@]}")
install_packages python3 python3-yaml "${absent[@]}"
python3 "$here/tests/packages/chart_test.py"
modules=$build/kubernetes
mkdir -p "$modules"
cp "$here"/tests/packages/kubernetes/package.json "$here"/tests/packages/kubernetes/package-lock.json "$modules/"
logged npm-kubernetes "installing the types of Kubernetes and prometheus-operator" \
  npm ci --prefix "$modules" --ignore-scripts --no-audit --no-fund --prefer-offline
manifests=("$here"/config/kubernetes/*.yaml)

if command -v helm >/dev/null; then
  say "- $(helm version --short): lint, values that must render, values that must be refused"
  chart=$here/config/helm
  logged helm-lint "helm lint" helm lint --strict "$chart"
  # values NAME FLAGS...: renders the chart with these values to be looked at below.
  values() {
    local name=$1
    shift
    helm template taskqueue-exporter "$chart" --kube-version 1.31.0 "$@" >"$modules/$name.yaml" 2>"$log/helm.log" ||
      { cat "$log/helm.log" >&2 && fail "helm template $*"; }
    manifests+=("$modules/$name.yaml")
  }
  one=(--set replicas=1 --set 'config=[ledger]')
  values default
  values everything --set serviceMonitor.enabled=true,prometheusRule.enabled=true,dashboards.enabled=true \
    --set webConfig.existingSecret=web,webConfig.tls=true,image.digest="sha256:$(printf '0%.0s' {1..64})" \
    --set 'envFrom[0].secretRef.name=keys,env[0].name=HTTPS_PROXY,env[0].value=http://proxy:3128' \
    --set serviceMonitor.basicAuth.username.name=s,serviceMonitor.basicAuth.username.key=user \
    --set-string 'serviceAccount.annotations.role=x,podLabels.a=b,podAnnotations.c=d,serviceMonitor.labels.release=p'
  values file-ledger "${one[@]}" --set persistence.enabled=true,persistence.storageClass=cbs
  values password "${one[@]}" --set webConfig.existingSecret=web,networkPolicy.enabled=false,serviceAccount.create=false
  refused() {
    if helm template x "$chart" --kube-version 1.31.0 "$@" >/dev/null 2>&1; then fail "helm takes $*"; fi
  }
  refused --set replicaCount=2
  refused --set replicas=0
  refused --set image.digest=latest
  refused --set log.level=loud
  refused --set 'config=[ledger]'
  refused --set persistence.enabled=true
  cp -r "$here/config/kubernetes" "$modules/before"
  "$here/config/kubernetes/render.sh"
  diff -r "$modules/before" "$here/config/kubernetes" || fail "the manifests were not rendered from the chart as it is"
  rm -r "$modules/before"
  logged helm-package "helm package" helm package "$chart" -d "$modules"
  say "  the packed chart: $(($(stat -c %s "$modules"/taskqueue-exporter-*.tgz) / 1024)) KiB"
else
  say "  helm is not on the PATH: only what was rendered before is checked"
fi

say "- the manifests against schemas"
node "$here/tests/packages/kubernetes/check.mjs" "$modules" "${manifests[@]}"
# KUBERNETES_SCHEMAS: a template as kubeconform's -schema-location has it; several with spaces between.
if command -v kubeconform >/dev/null && [ -n "${KUBERNETES_SCHEMAS-}" ]; then
  locations=()
  for location in $KUBERNETES_SCHEMAS; do locations+=(-schema-location "$location"); done
  kubeconform -strict -summary "${locations[@]}" "${manifests[@]}"
else
  say "  without kubeconform: it is not on the PATH, or KUBERNETES_SCHEMAS does not say where its schemas are"
fi
