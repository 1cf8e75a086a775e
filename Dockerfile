# One image for all apps, with the package of `npm run pack` installed. The command selects the app:
#   docker run redis-to-mongo redis-to-mongo scheduler
#   docker run redis-to-mongo redis-to-mongo worker      (the default)
#   docker run redis-to-mongo redis-to-mongo dashboard
#   docker run redis-to-mongo redis-to-mongo status
#
# `npm run try-compose` builds it and tests it with docker-compose.yml, even without an image registry.

FROM node:24-slim AS build
WORKDIR /build
ENV CI=true
COPY package.json ./
RUN npm install --global "$(node -p "require('./package.json').packageManager")"
# The store is filled from the lockfile only, so a change of the sources downloads nothing.
COPY pnpm-lock.yaml pnpm-workspace.yaml .npmrc ./
RUN pnpm fetch
COPY tsconfig.base.json tsconfig.json README.md CHANGELOG.md LICENSE config.example.json config.schema.json ./
COPY scripts scripts
COPY packages packages
COPY apps apps
RUN pnpm install --offline --frozen-lockfile
RUN pnpm exec tsc -b apps/*
RUN node --eval "import('./scripts/pack/pack.mjs').then(({ pack }) => pack(['--out', '/packed']))"
# The package contains all dependencies, so no registry is needed.
RUN npm install --global --offline --prefix /installed /packed/*.tgz

FROM node:24-slim
LABEL org.opencontainers.image.title="redis-to-mongo" \
  org.opencontainers.image.version="0.2.0" \
  org.opencontainers.image.licenses="MIT"
WORKDIR /app
ENV NODE_ENV=production
# Every container runs one app, and all apps answer on the same port, as HEALTHCHECK expects. The dashboard also serves
# health and metrics on a separate port.
ENV SCHEDULER_HTTP_PORT=8080 WORKER_HTTP_PORT=8080 DASHBOARD_PORT=8080 DASHBOARD_HTTP_PORT=8081
COPY --from=build /installed /usr/local
# The base image's user "node", by number, so that Kubernetes can verify that it is not root.
USER 1000:1000
EXPOSE 8080 8081
# The shell sends the request; a node for each check would take a hundred times the CPU.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 4 answer <&3 && [[ $answer == *' 200 '* ]]"]
# Exec form, and the command becomes node, so that node receives SIGTERM and stops in order.
CMD ["redis-to-mongo", "worker"]
