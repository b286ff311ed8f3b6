import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

/**
 * Puts the built desktop door and all that it imports into one file. It starts faster than 300 modules read through the
 * archive, and stays inside the archive, whose integrity Electron checks; the modules beside it are for Node.
 */

/**
 * A module's own place, told from the bundle's. `module` and `bundle` are paths in one folder. Files that the module
 * names relative to itself (job processes, resources) are then found where the build put them.
 */
export function keepPlace(code: string, module: string, bundle: string): string {
  const folder = path.posix.relative(path.posix.dirname(bundle), path.posix.dirname(module));
  const url = `new URL(${JSON.stringify(path.posix.join(folder, path.posix.basename(module)))}, import.meta.url).href`;
  return code.replaceAll(/import\.meta\.(dirname|filename|url)\b/g, (_, property: string) =>
    property === 'url' ? url : property === 'dirname' ? folderCode(folder) : fileCode(url),
  );
}

const folderCode = (folder: string): string =>
  `process.getBuiltinModule('node:path').join(import.meta.dirname, ${JSON.stringify(folder)})`;
const fileCode = (url: string): string => `process.getBuiltinModule('node:url').fileURLToPath(${url})`;

/** Rewrites `index.js` in the folder of the built main process. */
export async function bundleDesktop(main: string): Promise<void> {
  const bundle = path.join(main, 'index.js');
  await build({
    configFile: false,
    root: main,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['electron'] },
    plugins: [
      {
        name: 'keep-place',
        transform: (code, id) =>
          id.startsWith(main + path.sep)
            ? keepPlace(code, path.relative(main, id).replaceAll(path.sep, '/'), 'index.js')
            : null,
      },
    ],
    build: {
      ssr: bundle,
      outDir: path.join(main, 'bundle'),
      target: 'node24',
      minify: false,
      rollupOptions: {
        external: (id: string) => id === 'electron' || isBuiltin(id),
        output: { format: 'es', entryFileNames: 'index.js', codeSplitting: false },
      },
    },
  });
  renameSync(path.join(main, 'bundle', 'index.js'), bundle);
  rmSync(path.join(main, 'bundle'), { recursive: true });
}

/**
 * Loads the bundle in Node with a stand-in for Electron whose lock is taken, upon which the studio quits. Null, or why
 * it does not load: a package that only lies beside the archive, for example.
 */
export function bundleFault(bundle: string): string | null {
  const names = /^import \{ ([^}]+) \} from "electron";$/m.exec(readFileSync(bundle, 'utf8'))?.[1];
  if (names === undefined) return `${bundle} does not import Electron`;
  const others = names.split(', ').filter((name) => name !== 'app' && name !== 'protocol');
  const electron = [
    'export const app = { requestSingleInstanceLock: () => false, quit: () => process.stdout.write("quit") };',
    'export const protocol = { registerSchemesAsPrivileged() {} };',
    ...others.map((name) => `export const ${name} = {};`),
  ].join('\n');
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve: (name, context, next) =>
        name === 'electron'
          ? { url: 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(electron)}), shortCircuit: true }
          : next(name, context),
    });
    await import(${JSON.stringify(pathToFileURL(bundle).href)});`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return stdout === 'quit' ? null : `${bundle} does not load: ${stderr}`;
}
