import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleDesktop, bundleFault, keepPlace } from '../../scripts/package/bundle.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-bundle-'));
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, code: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, code);
  return file;
}

test.each(['index.js', 'studio/state/places.js', 'jobs/launch.js'])(
  'code of %s says the same of its place in the bundle as in a file of its own',
  async (module) => {
    const code = 'export const place = [import.meta.dirname, import.meta.filename, import.meta.url];';
    const bundle = put('index.mjs', keepPlace(code, module, 'index.mjs'));
    const { place } = (await import(pathToFileURL(bundle).href)) as { place: string[] };
    const own = path.join(folder, module);
    expect(place).toEqual([path.dirname(own), own, pathToFileURL(own).href]);
  },
);

test('the bundle needs nothing but Electron and Node, and quits if another studio runs', async () => {
  put('main/index.js', "import { open } from './doors/desktop/desktop.js';\nopen();\n");
  put(
    'main/doors/desktop/desktop.js',
    `import { app, BrowserWindow, protocol } from 'electron';
     import { word } from 'somewhere';
     protocol.registerSchemesAsPrivileged([]);
     export const open = () => (app.requestSingleInstanceLock() ? BrowserWindow(word) : app.quit());`,
  );
  put('node_modules/somewhere/package.json', '{ "name": "somewhere", "type": "module", "main": "index.js" }');
  put('node_modules/somewhere/index.js', "export const word = 'here';");
  await bundleDesktop(path.join(folder, 'main'));
  rmSync(path.join(folder, 'node_modules'), { recursive: true });
  rmSync(path.join(folder, 'main', 'doors'), { recursive: true });
  expect(bundleFault(path.join(folder, 'main', 'index.js'))).toBeNull();
});

test('a bundle that still imports a package is a fault', () => {
  const bundle = put('index.js', 'import { app } from "electron";\nimport "left-out";\napp.quit();\n');
  expect(bundleFault(bundle)).toContain('left-out');
});
