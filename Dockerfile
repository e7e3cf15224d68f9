# The server and the host are one image; docker-compose.yml starts each with its own command.
FROM node:20-bookworm-slim AS build
WORKDIR /longshore
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /longshore
COPY --from=build /longshore/package.json ./
COPY --from=build /longshore/node_modules ./node_modules
COPY --from=build /longshore/dist ./dist
# A named volume takes its owner from here, so that the server writes its data without being root.
RUN mkdir /var/lib/longshore && chown node:node /var/lib/longshore
ENV LONGSHORE_DATA_DIR=/var/lib/longshore
USER node
ENTRYPOINT ["node", "--enable-source-maps", "dist/cli/main.js"]
CMD ["server"]
