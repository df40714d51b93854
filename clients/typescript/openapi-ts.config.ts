import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: '../../client/openapi.json',
  output: { path: './src', module: { extension: '.js' } },
  plugins: [{ name: '@hey-api/client-fetch', throwOnError: true }, '@hey-api/typescript', { name: '@hey-api/sdk' }],
});
