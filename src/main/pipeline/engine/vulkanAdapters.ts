import { execFile } from 'node:child_process';

/** A Vulkan adapter, through which WebGPU computes on Linux, with the limits that decide what fits. */
export interface VulkanAdapter {
  readonly name: string;
  readonly driver: string;
  /** Of Vulkan: '1.3.230'. */
  readonly version: string;
  /** Largest buffer that a shader can see. */
  readonly largestBufferBytes: number;
  /** Of its own memory. */
  readonly memoryBytes: number;
}

/** A driver that hangs is no reason to wait for good. */
const LONGEST_MS = 20_000;

/**
 * What `vulkaninfo` (package vulkan-tools) tells; empty where it is not installed or finds none. It is a process of its own: onnxruntime
 * tells Node nothing of the adapter that it takes, and a bad driver harms nothing here.
 */
export function vulkanAdapters(): Promise<VulkanAdapter[]> {
  if (process.platform !== 'linux') return Promise.resolve([]);
  return new Promise((resolve) => {
    execFile('vulkaninfo', [], { timeout: LONGEST_MS, maxBuffer: 64 * 2 ** 20 }, (error, output) =>
      resolve(error === null ? adaptersOf(output) : []),
    );
  });
}

/** Of vulkaninfo's text: one block a device, `GPU0:` at the start of a line; `GPU0 = ...` before them lists surfaces. */
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
        driver: [value('driverName'), value('driverInfo')].filter((part) => part !== '').join(' '),
        version: /^[\d.]+/.exec(value('apiVersion'))?.[0] ?? '',
        largestBufferBytes: Number(value('maxStorageBufferRange')),
        memoryBytes: heaps.reduce((sum, bytes) => sum + bytes, 0),
      };
    });
}
