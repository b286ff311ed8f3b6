import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { test as base, expect } from '@playwright/test';
import type { RunningStudio } from './studio.ts';
import { rail, startStudio } from './studio.ts';

const NATIVE = 'runtimes/linux-x64/native';
const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => ((i * 2654435761) >>> 13) & 255));

/** A local registry that speaks NuGet's protocol. While `held`, it sends half of the package and waits. */
interface Registry {
  readonly address: string;
  held: boolean;
  close(): void;
}

async function openRegistry(): Promise<Registry> {
  const zip = new ZipFile();
  for (const name of ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'])
    zip.addBuffer(noise, `${NATIVE}/${name}`, { compress: false });
  zip.end();
  const archive = await buffer(zip.outputStream);
  const packageHash = createHash('sha512').update(archive).digest('base64');
  const registry = { address: '', held: true, close: () => void server.close() };
  const server = createServer(({ url = '', headers }, response) => {
    const json = (value: unknown): void => void response.end(JSON.stringify(value));
    if (url.includes('/registration5-semver1/')) return json({ catalogEntry: `${registry.address}/catalog.json` });
    if (url === '/catalog.json')
      return json({ packageHash, packageHashAlgorithm: 'SHA512', packageSize: archive.length });
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, {
      etag: '"one"',
      'content-length': archive.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${archive.length - 1}/${archive.length}` }),
    });
    if (registry.held) response.write(archive.subarray(from, archive.length / 2));
    else response.end(archive.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return registry;
}

const test = base.extend<{ registry: Registry; studio: RunningStudio }>({
  registry: async ({}, use) => {
    const registry = await openRegistry();
    await use(registry);
    registry.close();
  },
  studio: async ({ page, registry }, use) => {
    const studio = await startStudio(undefined, { DESTILA_NUGET: registry.address });
    await use(studio);
    await page.close();
    await studio.kill();
    rmSync(studio.home, { recursive: true, force: true });
  },
});

test.skip(`${process.platform}-${process.arch}` !== 'linux-x64', 'This engine exists for Linux x64 only.');

test('an engine is installed from the settings: what it downloads, its size, progress and cancel', async ({
  page,
  registry,
  studio,
}) => {
  const engines = path.join(studio.home, 'state', 'engines');
  await page.goto(studio.url);
  await rail(page, 'Settings').click();
  const section = page.getByRole('region', { name: 'Engine' });
  await section.getByRole('button', { name: 'Install cuda' }).click();
  const offer = section.getByRole('group', { name: 'Install cuda' });
  await expect(offer).toContainText('6 MB to download');
  await expect(offer).toContainText(`${registry.address}/v3-flatcontainer/microsoft.ml.onnxruntime.gpu.linux/`);
  await expect(offer).toContainText(engines);
  expect(existsSync(engines)).toBe(false);

  await offer.getByRole('button', { name: 'Cancel' }).click();
  await expect(offer).toBeHidden();
  expect(existsSync(engines)).toBe(false);

  await section.getByRole('button', { name: 'Install cuda' }).click();
  await offer.getByRole('button', { name: 'Download and install' }).click();
  const progress = section.getByRole('group', { name: 'Installing an engine' });
  await expect(progress).toContainText('/ 6.0 MB');
  await expect(section.getByRole('button', { name: 'Install tfjs', exact: true })).toBeDisabled();
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(progress).toBeHidden();
  await expect(section.getByRole('alert')).toBeHidden();
  expect(readdirSync(engines).filter((name) => !name.includes('.nupkg'))).toEqual([]);

  registry.held = false;
  await section.getByRole('button', { name: 'Install cuda' }).click();
  await offer.getByRole('button', { name: 'Download and install' }).click();
  await expect(section.getByRole('status').filter({ hasText: 'cuda is installed in' })).toContainText(engines);
  const [folder] = readdirSync(engines);
  expect(readdirSync(path.join(engines, folder!))).toEqual(
    expect.arrayContaining(['libonnxruntime_providers_cuda.so', 'libonnxruntime.so.1', 'installed.json']),
  );
});
