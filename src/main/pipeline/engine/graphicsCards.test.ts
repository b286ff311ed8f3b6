import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cardsOfWindows, graphicsCards, isNvidia } from './graphicsCards.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cards-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A device of the PCI bus as sysfs shows it, and its render node if the kernel has one for it. */
function pciDevice(address: string, [vendor, device]: readonly [string, string], driver: string, node?: string): void {
  const folder = `sys/bus/pci/devices/${address}`;
  write(`${folder}/vendor`, `0x${vendor}\n`);
  write(`${folder}/device`, `0x${device}\n`);
  write(`${folder}/uevent`, `DRIVER=${driver}\nPCI_ID=${vendor}:${device}\nPCI_SLOT_NAME=${address}\n`);
  if (node === undefined) return;
  mkdirSync(path.join(root, 'sys/class/drm', node), { recursive: true });
  symlinkSync(path.join(root, folder), path.join(root, 'sys/class/drm', node, 'device'));
}

// As the driver of NVIDIA writes it.
const VERSION =
  'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n';
const OPEN_VERSION =
  'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22-I3-AE18-23-3)  Sun Jul 27 07:06:57 UTC 2025\n';
const information = (model: string, address: string): string =>
  `Model: \t\t ${model}\nIRQ:   \t\t 139\nGPU UUID: \t GPU-????????-????-????-????-????????????\nVideo BIOS: \t 95.02.18.80.87\nBus Type: \t PCIe\nBus Location: \t ${address}\n`;

test.skipIf(process.platform !== 'linux')(
  'cards of several vendors have their names, drivers and PCI ids',
  async () => {
    write('proc/driver/nvidia/version', VERSION);
    write('proc/driver/nvidia/gpus/0000:41:00.0/information', information('NVIDIA GeForce RTX 3060', '0000:41:00.0'));
    write('proc/driver/nvidia/gpus/0000:01:00.0/information', information('NVIDIA GeForce RTX 4090', '0000:01:00.0'));
    pciDevice('0000:41:00.0', ['10de', '2504'], 'nvidia', 'renderD130');
    pciDevice('0000:01:00.0', ['10de', '2684'], 'nvidia', 'renderD129');
    pciDevice('0000:00:02.0', ['8086', '4680'], 'i915', 'renderD128');
    const cards = await graphicsCards(root);
    // CUDA counts by PCI address.
    expect(cards).toEqual([
      { name: 'NVIDIA GeForce RTX 4090', driver: 'NVIDIA driver 550.54.14', pci: '10de:2684' },
      { name: 'NVIDIA GeForce RTX 3060', driver: 'NVIDIA driver 550.54.14', pci: '10de:2504' },
      { name: 'Intel card 0x4680', driver: 'i915', pci: '8086:4680' },
    ]);
    expect(cards.map(isNvidia)).toEqual([true, true, false]);
  },
);

test.skipIf(process.platform !== 'linux')(
  'the version of the open kernel module is read too; no card is no fault',
  async () => {
    expect(await graphicsCards(root)).toEqual([]);
    write('proc/driver/nvidia/version', OPEN_VERSION);
    write('proc/driver/nvidia/gpus/0000:01:00.0/information', information('NVIDIA H200', '0000:01:00.0'));
    expect(await graphicsCards(root)).toEqual([{ name: 'NVIDIA H200', driver: 'NVIDIA driver 580.65.06', pci: null }]);
  },
);

test("PowerShell's list of display adapters is read, with one adapter or several", () => {
  const nvidia = `{"Name":"NVIDIA GeForce RTX 3060","DriverVersion":"32.0.15.6094","PNPDeviceID":"PCI\\\\VEN_10DE\\u0026DEV_2504\\u0026SUBSYS_397D1462\\u0026REV_A1\\\\4\\u00262283F625\\u00260\\u00260019"}`;
  const basic = `{"Name":"Microsoft Basic Display Adapter","DriverVersion":"10.0.22621.1","PNPDeviceID":"ROOT\\\\BASICDISPLAY\\\\0000"}`;
  expect(cardsOfWindows(`[${nvidia},${basic}]`)).toEqual([
    { name: 'NVIDIA GeForce RTX 3060', driver: 'driver 32.0.15.6094', pci: '10de:2504' },
    { name: 'Microsoft Basic Display Adapter', driver: 'driver 10.0.22621.1', pci: null },
  ]);
  expect(cardsOfWindows(basic)).toHaveLength(1);
  expect(cardsOfWindows('')).toEqual([]);
});
