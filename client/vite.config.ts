import { constants, brotliCompressSync, gzipSync } from 'node:zlib';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { VitePWA } from 'vite-plugin-pwa';
import { createLogger, defineConfig, type Plugin } from 'vite';
import { components } from './components.ts';
import { mantineStyles } from './mantine-styles.ts';
import { HANG_MS } from './test/hang.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Emit .br and .gz of every text file: the server compresses nothing itself. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    // Read from disk after writing: the in-memory bundle is not final.
    async writeBundle({ dir = 'dist' }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        if (!/\.(js|css|html|svg|wasm|json|webmanifest)$/.test(fileName)) continue;
        const source = await readFile(join(dir, fileName));
        if (source.length < 1024) continue;
        const level = { params: { [constants.BROTLI_PARAM_QUALITY]: source.length > 1_000_000 ? 9 : 11 } };
        await writeFile(join(dir, `${fileName}.br`), brotliCompressSync(source, level));
        await writeFile(join(dir, `${fileName}.gz`), gzipSync(source, { level: 9 }));
      }
    },
  };
}

/** The `crypto` of Node.js, which a library asks for where the browser has none of its own: never here. */
function withoutNodeCrypto(): Plugin {
  return {
    name: 'without-node-crypto',
    apply: 'build',
    enforce: 'pre',
    resolveId: (name) => (name === 'crypto' ? '\0no-crypto' : undefined),
    load: (name) => (name === '\0no-crypto' ? 'export const webcrypto = undefined;' : undefined),
  };
}

/** The build of the service worker by the plugin, which sets an option of an earlier version and reports each step. */
function quietWorker(): Plugin {
  return {
    name: 'quiet-worker',
    config(config) {
      const output = config.build?.rollupOptions?.output as Record<string, unknown>;
      delete output.inlineDynamicImports;
      output.codeSplitting = false;
      config.logLevel = 'warn';
    },
  };
}

/** Said of styles that one module composes of another's. Their addresses are right: a wrong one fails the build. */
const HARMLESS = 'A PostCSS plugin did not pass the `from` option';
const logger = createLogger('warn');
const { warnOnce } = logger;
logger.warnOnce = (message, options) => {
  if (!message.includes(HARMLESS)) warnOnce(message, options);
};

/**
 * Before sign-in a program is three scripts: the helpers of the bundler, this chunk with all that both sign-in screens
 * need, and the texts. The rest of the kit is a second chunk, and what three screens share in small modules is a third, so
 * that screens are few files: a first visit stores all of them for use without a connection.
 */
const CHUNKS = [
  { name: 'start', test: /\/src\/(entry\/|features\/sign-in\/(SignIn|PortalSignIn)\.)/, priority: 2 },
  { name: 'parts', test: /\/src\//, minShareCount: 3, maxModuleSize: 2000 },
  { name: 'kit', test: /node_modules\/(@mantine|@tabler|@floating-ui|react-)/, minShareCount: 3, priority: 1 },
];

export default defineConfig({
  base: '/',
  customLogger: logger,
  resolve: { alias: { '~': here('./src') } },
  plugins: [
    react(),
    lingui({ macroTransform: true }),
    components(),
    withoutNodeCrypto(),
    mantineStyles(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/app',
      filename: 'sw.ts',
      scope: '/app/',
      registerType: 'prompt',
      injectRegister: false,
      manifest: false,
      injectManifest: {
        modifyURLPrefix: { '': '/' },
        globDirectory: here('./dist'),
        globPatterns: [
          'app/index.html',
          'app/*.{webmanifest,png,svg}',
          'assets/*.{js,css}',
          'assets/inter-latin-wght-*.woff2',
        ],
        globIgnores: ['**/portal*', '**/screenshot-*', '**/*.map', '**/charts*', '**/{blur-worker,litert}*'],
        maximumFileSizeToCacheInBytes: 1_500_000,
        buildPlugins: { vite: [quietWorker()] },
      },
    }),
    compressed(),
  ],
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_500, // kB, as above; what is loaded before sign-in has a budget in the tests
    rollupOptions: {
      input: { app: here('./app/index.html'), portal: here('./portal/index.html') },
      output: { codeSplitting: { groups: CHUNKS } },
    },
  },
  server: {
    proxy: {
      '/api': { target: 'http://127.0.0.1:8080', ws: true },
      '/sip': { target: 'ws://127.0.0.1:8080', ws: true },
    },
  },
  test: {
    environment: 'jsdom',
    // One jsdom per worker instead of per file: six times faster.
    pool: 'vmThreads',
    setupFiles: ['./test/setup.ts'],
    // Not judgements: a busy machine takes seconds where a quiet one takes milliseconds.
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
  },
} as Parameters<typeof defineConfig>[0]);
