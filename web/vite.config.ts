import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.VEDETTE_URL ?? 'http://127.0.0.1:8080';

// Absolute base: pages have paths of their own (/events), so relative asset addresses would break on reload.
export default defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is inlined: the content security policy allows scripts, styles and images of this origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { '/v1': api, '/docs': api, '/openapi.json': api } },
});
