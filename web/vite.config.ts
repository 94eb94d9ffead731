import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const server = process.env.REPRISE_DEV_SERVER ?? 'http://localhost:8080';

/**
 * The whiteboard's fonts lie with the app: it may not load from elsewhere. Its hand for Chinese,
 * of 13 MB, stays away; the system's own is used.
 */
function whiteboardFonts(): Plugin {
  const folder = join(
    import.meta.dirname,
    'node_modules/@excalidraw/excalidraw/dist/prod/fonts',
  );
  const path = '/excalidraw/fonts/';
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.woff2') && !name.startsWith('Xiaolai'),
    );
  let isFallbackGone = false;
  return {
    name: 'whiteboard-fonts',
    transform(code, id) {
      if (!id.includes('@excalidraw/excalidraw')) return null;
      // What it cannot find it would look for on a server elsewhere.
      const own = '"ASSETS_FALLBACK_URL",new URL("/excalidraw/",window.location.origin).href';
      const changed = code.replace(
        /"ASSETS_FALLBACK_URL",\s*`https:\/\/esm\.sh\/.*?\/dist\/prod\/`/s,
        own,
      );
      if (changed === code) return null;
      isFallbackGone = true;
      return { code: changed, map: null };
    },
    buildEnd(error) {
      if (!error && !isFallbackGone) this.error('The whiteboard still loads fonts from elsewhere.');
    },
    generateBundle() {
      for (const name of files()) {
        this.emitFile({
          type: 'asset',
          fileName: `${path.slice(1)}${name}`,
          source: readFileSync(join(folder, name)),
        });
      }
    },
    configureServer(server) {
      server.middlewares.use(path, (request, response, next) => {
        const name = files().find((one) => `/${one}` === request.url);
        if (name === undefined) return next();
        response.setHeader('Content-Type', 'font/woff2');
        response.end(readFileSync(join(folder, name)));
      });
    },
  };
}

export default defineConfig({
  plugins: [react(), whiteboardFonts()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    // The page's policy is `script-src 'self'`: nothing may be inlined as a data: URL or a script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      '/api': { target: server, changeOrigin: false },
      '/socket.io': { target: server, ws: true, changeOrigin: false },
    },
  },
  test: {
    css: false,
    // Rules need no page: only what renders or listens to keys pays for one.
    projects: [
      {
        extends: true,
        test: {
          name: 'rules',
          environment: 'node',
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/actions.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          environment: 'jsdom',
          setupFiles: ['./src/test_setup.ts'],
          include: ['src/**/*.test.tsx', 'src/**/actions.test.ts'],
        },
      },
    ],
  },
});
