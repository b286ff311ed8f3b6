# Headless training on a server: the command line, as a user without rights, on the CPU or (with NVIDIA's container runtime) a GPU.
# docs/docker.md says how. The tag pins Node and Debian's release, the lockfile every package; a digest behind the tag pins the rest.
ARG BASE=node:24.21.0-bookworm-slim

FROM ${BASE} AS install
WORKDIR /opt/destila
COPY package.json package-lock.json .npmrc ./
COPY docker/install.sh docker/install.sh
COPY scripts/notices.ts scripts/notices.ts
RUN sh docker/install.sh packages

FROM ${BASE}
LABEL org.opencontainers.image.title="Destila" org.opencontainers.image.licenses="MIT"
WORKDIR /opt/destila
COPY docker/install.sh docker/install.sh
RUN sh docker/install.sh system
COPY --from=install /opt/destila/node_modules node_modules
COPY --from=install /opt/destila/out/THIRD_PARTY_NOTICES.txt ./
COPY package.json .npmrc LICENSE ./
COPY bin bin
COPY docker docker
COPY resources resources
COPY src/shared src/shared
COPY src/main src/main
# What a container writes besides the project: thrown away with it, unless a volume is mounted here.
ENV DESTILA_STATE=/var/lib/destila/state DESTILA_CACHE=/var/lib/destila/cache NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics
RUN mkdir -p /var/lib/destila /data && chown -R 1000:1000 /var/lib/destila /data
USER 1000:1000
VOLUME ["/data", "/var/lib/destila"]
WORKDIR /data
HEALTHCHECK --interval=5m --timeout=20s --start-period=1m CMD ["node", "/opt/destila/docker/healthcheck.ts", "/data"]
# A signal stops a run at a checkpoint; `docker stop --time 120` leaves it the time.
STOPSIGNAL SIGINT
ENTRYPOINT ["node", "/opt/destila/bin/destila.mjs"]
CMD ["--help"]
