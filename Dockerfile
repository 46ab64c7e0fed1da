# DEBIAN=bookworm or trixie. The runtime stage gets Debian's own packages of the libraries, so that scanners and rebuilds
# see them; nothing else is added to the base.
ARG DEBIAN=bookworm

FROM debian:${DEBIAN} AS build
WORKDIR /src
COPY .ci/ .ci/
RUN bash -c '. .ci/packages && apt-get update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${build_packages[@]}"'
COPY CMakeLists.txt CMakePresets.json CHANGELOG.md ./
COPY config/ config/
COPY docs/taskqueue_exporter.1 docs/
COPY exporter/ exporter/
ARG REVISION=unknown
RUN cmake --preset release -DTASKQUEUE_TESTS=OFF -DTASKQUEUE_REVISION="${REVISION}" && \
    cmake --build build/release --target taskqueue_exporter && \
    install -D -s build/release/taskqueue_exporter /out/taskqueue_exporter
# The packages of the libraries that the program was linked with, whatever they are called in this release.
RUN ldd /out/taskqueue_exporter | awk '$2 == "=>" { print $3 }' | xargs realpath | sed 's|.*/|*/|' | \
    xargs dpkg-query -S | cut -d: -f1 | sort -u >/out/packages && cat /out/packages

FROM debian:${DEBIAN}-slim
ARG REVISION=unknown
LABEL org.opencontainers.image.title="taskqueue_exporter" \
      org.opencontainers.image.description="Prometheus exporter for task lists of Tencent Cloud and Alibaba Cloud" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
RUN --mount=type=bind,from=build,source=/out,target=/out \
    apt-get update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ca-certificates $(cat /out/packages) && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* /var/cache/debconf/*-old && \
    mkdir -p /var/lib/taskqueue_exporter && chown 65532:65532 /var/lib/taskqueue_exporter
COPY --from=build /out/taskqueue_exporter /usr/local/bin/taskqueue_exporter
USER 65532:65532
# The ledger. Everything else may be read-only.
VOLUME /var/lib/taskqueue_exporter
EXPOSE 19160
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/usr/local/bin/taskqueue_exporter", "--health.check"]
ENTRYPOINT ["/usr/local/bin/taskqueue_exporter"]
CMD ["--config.file=/etc/taskqueue_exporter/taskqueue.toml"]
