import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'web', environment: 'happy-dom', include: ['web/src/**/*.test.{ts,tsx}', 'src/**/*.test.{ts,tsx}'] },
});
