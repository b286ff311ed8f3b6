import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A graphics card and its driver, as far as the system reports them without loading the driver. */
export interface GraphicsCard {
  readonly name: string;
  readonly driver: string;
}

/** PCI vendor ids, from https://pci-ids.ucw.cz */
const VENDORS: Readonly<Record<string, string>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

/** The cards that Linux lists in its file system; empty on other systems. */
export async function graphicsCards(): Promise<GraphicsCard[]> {
  return [...(await nvidiaCards()), ...(await otherCards())];
}

async function nvidiaCards(): Promise<GraphicsCard[]> {
  const folder = '/proc/driver/nvidia';
  const ids = await readdir(`${folder}/gpus`).catch(() => []);
  const version = /Kernel Module\s+(?:for \S+\s+)?([\d.]+)/.exec(await text(`${folder}/version`))?.[1];
  const names = await Promise.all(
    ids.map(
      async (id) => /^Model:\s*(.*)$/m.exec(await text(`${folder}/gpus/${id}/information`))?.[1] ?? 'NVIDIA card',
    ),
  );
  return names.map((name) => ({ name, driver: version === undefined ? 'NVIDIA driver' : `NVIDIA driver ${version}` }));
}

async function otherCards(): Promise<GraphicsCard[]> {
  const nodes = (await readdir('/sys/class/drm').catch(() => [])).filter((name) => name.startsWith('renderD'));
  const cards = await Promise.all(
    nodes.map(async (node) => {
      const folder = `/sys/class/drm/${node}/device`;
      const vendor = VENDORS[(await text(`${folder}/vendor`)).trim()];
      const driver = /^DRIVER=(.*)$/m.exec(await text(`${folder}/uevent`))?.[1] ?? 'unknown driver';
      return {
        name: `${vendor ?? 'Graphics'} card ${(await text(`${folder}/device`)).trim()}`,
        driver,
        isNvidia: vendor === 'NVIDIA',
      };
    }),
  );
  return cards.filter(({ isNvidia }) => !isNvidia).map(({ name, driver }) => ({ name, driver }));
}

/** Manifest files of the Vulkan drivers (Vulkan-Loader, docs/LoaderDriverInterface.md). */
export async function vulkanDrivers(): Promise<string[]> {
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (named !== undefined) return named.split(':').filter((file) => file !== '');
  const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
  return (
    await Promise.all(
      folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name))),
    )
  ).flat();
}

/** True when a shared library is in a folder that the system's loader searches. */
export async function hasLibrary(name: string, more: readonly string[] = []): Promise<boolean> {
  const folders = [
    ...more,
    ...(process.env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== ''),
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/lib/x86_64-linux-gnu',
    '/usr/lib64',
    '/lib64',
    '/usr/lib',
    '/usr/local/lib',
    '/usr/local/cuda/lib64',
  ];
  return (
    await Promise.all(
      folders.map((folder) =>
        access(path.join(folder, name)).then(
          () => true,
          () => false,
        ),
      ),
    )
  ).includes(true);
}

const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
