# Build: everything that Debian's packages give, the list from .ci/packages.
FROM debian:bookworm AS build
WORKDIR /src
COPY .ci/ .ci/
RUN bash -c '. .ci/packages && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${build_packages[@]}"'
COPY . .
RUN cmake --preset release -DTASKQUEUE_TESTS=OFF && \
    cmake --build --preset release --target taskqueue_exporter cloud_simulator && \
    cmake --install build/release --prefix /out --strip && \
    mkdir /out/lib && ldd /out/bin/* | awk '$2 == "=>" { print $3 }' | grep -v /libc.so | sort -u | xargs cp -L -t /out/lib

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/lib/ /usr/local/lib/
COPY --from=build /out/bin/ /usr/local/bin/
RUN ldconfig && mkdir -p /var/lib/taskqueue_exporter && chown 65532:65532 /var/lib/taskqueue_exporter
USER 65532:65532
VOLUME /var/lib/taskqueue_exporter
EXPOSE 19160
ENTRYPOINT ["/usr/local/bin/taskqueue_exporter"]
CMD ["--config.file=/etc/taskqueue_exporter/taskqueue.toml"]
