# One image for all apps; the command chooses the app:
#   docker run redis-to-mongo node apps/scheduler/dist/main.js
#   docker run redis-to-mongo node apps/worker/dist/main.js      (what it runs unless told otherwise)
#   docker run redis-to-mongo node apps/dashboard/dist/main.js
#   docker run redis-to-mongo redis-to-mongo status
#
# deploy/check-image-steps.mjs runs these steps without Docker; it wants paths in RUN to be relative.

FROM node:24-slim AS build
WORKDIR /app
ENV CI=true
COPY package.json ./
RUN npm install --global "$(node -p "require('./package.json').packageManager")"
# The store is filled from the lockfile alone, so a change of the sources downloads nothing.
COPY pnpm-lock.yaml pnpm-workspace.yaml .npmrc ./
RUN pnpm fetch
COPY tsconfig.base.json tsconfig.json ./
COPY packages packages
COPY apps apps
RUN pnpm install --offline --frozen-lockfile
RUN pnpm exec tsc -b apps/*
# What the apps need at run time stays: their production dependencies, and the packages that were built for them.
# TypeScript comes along as an optional peer of a validator, for its types alone: 30 MB.
RUN rm -rf node_modules apps/*/node_modules packages/*/node_modules \
  && pnpm install --offline --frozen-lockfile --prod --filter-prod '{./apps/*}...' \
  && rm -rf node_modules/.pnpm/typescript@* node_modules/.pnpm/@typescript+* \
  && for package in packages/*; do [ -d "$package/dist" ] || rm -r "$package"; done \
  && rm -r apps/*/src packages/*/src
# Source maps, types, sources of dependencies, and what the build notes for itself: nothing of that is run.
RUN find apps packages node_modules -type f \
  \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.tsbuildinfo' -o -name 'tsconfig*.json' \) -delete

# The command, by its name: docker exec CONTAINER redis-to-mongo status
RUN mkdir command && ln -s /app/apps/cli/bin/redis-to-mongo.mjs command/redis-to-mongo

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
# Every container runs one app, so all of them answer on the same port; HEALTHCHECK rests on that. The dashboard has its
# health and metrics on a port of their own, too.
ENV SCHEDULER_HTTP_PORT=8080 WORKER_HTTP_PORT=8080 DASHBOARD_PORT=8080 DASHBOARD_HTTP_PORT=8081
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/apps apps
COPY --from=build /app/command /usr/local/bin/
# The base image's user "node", by number: Kubernetes can tell then that it is not root.
USER 1000:1000
EXPOSE 8080 8081
# By the shell: a node for each question would take a hundred times as much of a core.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 4 answer <&3 && [[ $answer == *' 200 '* ]]"]
# Exec form: node itself gets SIGTERM, and stops in order.
CMD ["node", "apps/worker/dist/main.js"]
