import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.REPRISE_DEV_SERVER ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
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
