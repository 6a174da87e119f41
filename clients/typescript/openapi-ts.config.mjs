import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: '../../infra/openapi.json',
  // The staleness check generates elsewhere and compares.
  output: { path: process.env.OUTPUT ?? 'src', importFileExtension: '.js' },
  logs: { file: false },
  plugins: [
    // Its runtime is written into the output: whoever uses the client installs nothing.
    '@hey-api/client-fetch',
    // Every set of words as a type and as a value, so that it can be listed and looked up.
    { name: '@hey-api/typescript', enums: 'javascript' },
    '@hey-api/sdk',
  ],
});
