import { execFile } from 'node:child_process';
import { access, readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';

/** A graphics card and its driver, as far as the system reports them without loading the driver. */
export interface GraphicsCard {
  readonly name: string;
  readonly driver: string;
  /** PCI vendor and device in hexadecimal, such as '10de:2684'; null for a card that is not on a PCI bus. */
  readonly pci: string | null;
}

/** PCI vendor ids, from https://pci-ids.ucw.cz */
const NVIDIA = '10de';
const VENDORS: Readonly<Record<string, string>> = { [NVIDIA]: 'NVIDIA', '1002': 'AMD', '8086': 'Intel' };

export const isNvidia = ({ pci, driver }: GraphicsCard): boolean =>
  pci === null ? driver.startsWith('NVIDIA driver') : pci.startsWith(`${NVIDIA}:`);

/** The cards that Linux lists under `root`, or Windows reports; empty on other systems. */
export async function graphicsCards(root = '/'): Promise<GraphicsCard[]> {
  if (process.platform === 'win32') return windowsCards();
  return [...(await nvidiaCards(root)), ...(await otherCards(root))];
}

/** In the order of their PCI addresses, in which CUDA counts them with CUDA_DEVICE_ORDER=PCI_BUS_ID. */
async function nvidiaCards(root: string): Promise<GraphicsCard[]> {
  const folder = path.join(root, 'proc/driver/nvidia');
  const addresses = (await readdir(path.join(folder, 'gpus')).catch(() => [])).sort();
  const version = nvidiaVersion(await text(path.join(folder, 'version')));
  return Promise.all(
    addresses.map(async (address) => ({
      name:
        /^Model:\s*(.*)$/m.exec(await text(path.join(folder, 'gpus', address, 'information')))?.[1] ?? 'NVIDIA card',
      driver: version === null ? 'NVIDIA driver' : `NVIDIA driver ${version}`,
      pci: await pciId(path.join(root, 'sys/bus/pci/devices', address)),
    })),
  );
}

/** '550.54.14' from the first line of /proc/driver/nvidia/version, or null. */
export const nvidiaVersion = (version: string): string | null =>
  /Kernel Module\s+(?:for \S+\s+)?([\d.]+)/.exec(version)?.[1] ?? null;

async function otherCards(root: string): Promise<GraphicsCard[]> {
  const folder = path.join(root, 'sys/class/drm');
  const nodes = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('renderD')).sort();
  const cards = await Promise.all(
    nodes.map(async (node) => {
      const device = await realpath(path.join(folder, node, 'device')).catch(() => path.join(folder, node, 'device'));
      const pci = await pciId(device);
      const vendor = pci === null ? undefined : VENDORS[pci.slice(0, 4)];
      const driver = /^DRIVER=(.*)$/m.exec(await text(path.join(device, 'uevent')))?.[1] ?? 'unknown driver';
      return { name: `${vendor ?? 'Graphics'} card ${(await text(path.join(device, 'device'))).trim()}`, driver, pci };
    }),
  );
  return cards.filter((card) => !isNvidia(card));
}

async function pciId(device: string): Promise<string | null> {
  const [vendor, id] = await Promise.all(
    ['vendor', 'device'].map(
      async (name) => /^0x([0-9a-f]{4})$/.exec((await text(path.join(device, name))).trim())?.[1],
    ),
  );
  return vendor === undefined || id === undefined ? null : `${vendor}:${id}`;
}

/** PowerShell takes about a second, and cards do not change while a process runs. */
let fromWindows: Promise<GraphicsCard[]> | null = null;
const TIMEOUT_MS = 20_000;

function windowsCards(): Promise<GraphicsCard[]> {
  const query =
    'ConvertTo-Json @(Get-CimInstance Win32_VideoController | Select-Object Name, DriverVersion, PNPDeviceID)';
  return (fromWindows ??= new Promise((resolve) => {
    execFile(
      'powershell.exe',
      ['-NoProfile', '-NonInteractive', '-Command', query],
      { timeout: TIMEOUT_MS },
      (error, output) => resolve(error === null ? cardsOfWindows(output) : []),
    );
  }));
}

/** Parses PowerShell's list of Win32_VideoController. */
export function cardsOfWindows(output: string): GraphicsCard[] {
  let rows: unknown;
  try {
    rows = JSON.parse(output);
  } catch {
    return [];
  }
  return (Array.isArray(rows) ? rows : [rows]).map((row: Record<string, unknown>) => {
    const { Name: name, DriverVersion: version, PNPDeviceID: id } = row;
    const [, vendor, device] = /VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})/i.exec(String(id)) ?? [];
    return {
      name: String(name),
      driver: typeof version === 'string' ? `driver ${version}` : 'unknown driver',
      pci: vendor === undefined || device === undefined ? null : `${vendor}:${device}`.toLowerCase(),
    };
  });
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

/** The folders that the system's loader searches, and those of CUDA's own installers. */
const libraryFolders = (more: readonly string[]): string[] => [
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

/** True when a shared library is in a folder that the system's loader searches. */
export async function hasLibrary(name: string, more: readonly string[] = []): Promise<boolean> {
  const found = await Promise.all(
    libraryFolders(more).map((folder) =>
      access(path.join(folder, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** The major versions of a library in these folders: 12 for libcudart.so.12. */
export async function libraryVersions(name: string, more: readonly string[] = []): Promise<number[]> {
  const files = (await Promise.all(libraryFolders(more).map((folder) => readdir(folder).catch(() => [])))).flat();
  const versions = files
    .filter((file) => file.startsWith(`${name}.so.`))
    .map((file) => Number.parseInt(file.slice(name.length + 4), 10));
  return [...new Set(versions)].sort((a, b) => a - b);
}

const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
