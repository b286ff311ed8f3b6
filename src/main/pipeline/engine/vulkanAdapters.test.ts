import { expect, test } from 'vitest';
import { adaptersOf } from './vulkanAdapters.ts';

/** A device as vulkaninfo 1.3 prints it, shortened to the lines that are parsed. */
const block = (
  index: number,
  [name, driver, info, range, heap]: readonly [string, string, string, number, number],
  [vendor, device, type]: readonly [string, string, string],
): string => `GPU${index}:
VkPhysicalDeviceProperties:
---------------------------
	apiVersion        = 1.3.230 (4206822)
	driverVersion     = 1 (0x0001)
	vendorID          = ${vendor}
	deviceID          = ${device}
	deviceType        = PHYSICAL_DEVICE_TYPE_${type}
	deviceName        = ${name}

VkPhysicalDeviceLimits:
-----------------------
	maxUniformBufferRange                           = 65536
	maxStorageBufferRange                           = ${range}

VkPhysicalDeviceDriverProperties:
---------------------------------
	driverName      = ${driver}
	driverInfo      = ${info}

VkPhysicalDeviceMemoryProperties:
=================================
memoryHeaps: count = 2
	memoryHeaps[0]:
		size   = ${heap} (0x0) (1.00 GiB)
		budget = 12 (0x0) (1.00 GiB)
		usage  = 0 (0x0) (0.00 B)
		flags: count = 1
			MEMORY_HEAP_DEVICE_LOCAL_BIT
	memoryHeaps[1]:
		size   = 99000000000 (0x0) (92 GiB)
		flags:
			None
`;

test('name, driver and limits of every device are read from the output of vulkaninfo', () => {
  const text = `VULKANINFO\n==========\nPresentable Surfaces:\n=====================\nGPU id : 0 (A card)\nDevice Properties and Extensions:\n=================================\n${block(0, ['A card', 'NVIDIA', '550.54', 4294967295, 8585740288], ['0x10de', '0x2684', 'DISCRETE_GPU'])}\n${block(1, ['llvmpipe (LLVM 15.0.6, 256 bits)', 'llvmpipe', '', 134217728, 2147483648], ['0x10005', '0x0000', 'CPU'])}`;
  expect(adaptersOf(text)).toEqual([
    {
      name: 'A card',
      pci: '10de:2684',
      software: false,
      driver: 'NVIDIA 550.54',
      version: '1.3.230',
      largestBufferBytes: 4294967295,
      memoryBytes: 8585740288,
    },
    {
      name: 'llvmpipe (LLVM 15.0.6, 256 bits)',
      pci: '10005:0000',
      software: true,
      driver: 'llvmpipe',
      version: '1.3.230',
      largestBufferBytes: 134217728,
      memoryBytes: 2147483648,
    },
  ]);
  expect(adaptersOf('ERROR: no driver\n')).toEqual([]);
});
