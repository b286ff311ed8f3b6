import { execFile } from 'node:child_process';
import { isSoftwareAdapter } from './softwareAdapter.ts';

/** A Vulkan adapter, which WebGPU uses on Linux, with the limits that decide which networks fit. */
export interface VulkanAdapter {
  readonly name: string;
  readonly driver: string;
  /** PCI vendor and device in hexadecimal, such as '10de:2684'. */
  readonly pci: string;
  /** True when the CPU stands in for a GPU. */
  readonly software: boolean;
  /** Vulkan version, such as '1.3.230'. */
  readonly version: string;
  /** Largest buffer that a shader can bind. */
  readonly largestBufferBytes: number;
  /** The adapter's own memory. */
  readonly memoryBytes: number;
}

/** A driver that hangs must not block the survey of the machine. */
const TIMEOUT_MS = 20_000;

/**
 * The adapters that `vulkaninfo` (package vulkan-tools) lists; empty where it is not installed or finds none.
 * onnxruntime does not report the adapter it uses, and in a separate process a bad driver does no harm.
 */
export function vulkanAdapters(): Promise<VulkanAdapter[]> {
  if (process.platform !== 'linux') return Promise.resolve([]);
  return new Promise((resolve) => {
    execFile('vulkaninfo', [], { timeout: TIMEOUT_MS, maxBuffer: 64 * 2 ** 20 }, (error, output) =>
      resolve(error === null ? adaptersOf(output) : []),
    );
  });
}

/**
 * Parses vulkaninfo's text: each device's block begins with a line `GPU0:`; lines `GPU0 = ...` before them list
 * surfaces.
 */
export function adaptersOf(output: string): VulkanAdapter[] {
  return output
    .split(/^GPU\d+:$/m)
    .slice(1)
    .filter((block) => block.includes('VkPhysicalDeviceProperties:'))
    .map((block) => {
      const value = (key: string): string => new RegExp(`^\\s*${key}\\s*= *(.*)$`, 'm').exec(block)?.[1]?.trim() ?? '';
      const heaps = [
        ...block.matchAll(
          /^\s*size\s*=\s*(\d+).*\n(?:.*budget.*\n|.*usage.*\n)*\s*flags.*(?:\n\s*(MEMORY_HEAP_DEVICE_LOCAL_BIT))?/gm,
        ),
      ]
        .filter((heap) => heap[2] !== undefined)
        .map((heap) => Number(heap[1]));
      return {
        name: value('deviceName'),
        pci: [value('vendorID'), value('deviceID')].map(pciNumber).join(':'),
        software: value('deviceType').endsWith('_CPU') || isSoftwareAdapter(value('deviceName')),
        driver: [value('driverName'), value('driverInfo')].filter((part) => part !== '').join(' '),
        version: /^[\d.]+/.exec(value('apiVersion'))?.[0] ?? '',
        largestBufferBytes: Number(value('maxStorageBufferRange')),
        memoryBytes: heaps.reduce((sum, bytes) => sum + bytes, 0),
      };
    });
}

/** '0x2684' and '2684' are '2684'. */
const pciNumber = (value: string): string => value.replace(/^0x0*(?=[\da-f]{4})/, '').padStart(4, '0');
