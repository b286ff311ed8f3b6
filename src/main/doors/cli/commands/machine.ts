import type { Command } from 'commander';
import type { MachineReport } from '../../../../shared/contract/studio.ts';
import { surveyMachine } from '../../../studio/engines/survey.ts';
import { bytes } from '../format.ts';
import { print } from '../output.ts';

export function addMachineCommands(program: Command): void {
  program
    .command('doctor')
    .description('what this machine can do: processor, memory, disk, engines and their measured speed')
    .option('--json', 'one JSON object a line', false)
    .action(async ({ json }: { json: boolean }) => {
      const report = await surveyMachine(process.cwd());
      print(json ? `${JSON.stringify({ type: 'doctor', ...report })}\n` : `${describe(report)}\n`);
    });
}

function describe({ system, cpu, memory, disk, gpus, vulkan, engines, versions }: MachineReport): string {
  return [
    `System   ${system}, Node ${versions.node}`,
    `CPU      ${cpu.model}, ${cpu.cores} cores${cpu.features.length === 0 ? '' : ` (${cpu.features.join(', ')})`}`,
    `Memory   ${bytes(memory.totalBytes)}, ${bytes(memory.freeBytes)} free`,
    `Disk     ${disk === null ? 'not known' : `${bytes(disk.freeBytes)} free in ${disk.folder}`}`,
    `GPU      ${gpus.length === 0 ? 'none found' : gpus.join(', ')}`,
    ...vulkan.map(
      ({ name, driver, version, largestBufferBytes, memoryBytes }) =>
        `Vulkan   ${name}, ${driver}, Vulkan ${version}: buffers up to ${bytes(largestBufferBytes)}, ${bytes(memoryBytes)} of memory`,
    ),
    ...(process.platform === 'linux' && gpus.length > 0 && vulkan.length === 0
      ? ['Vulkan   adapter and limits are not known here: sudo apt-get install vulkan-tools']
      : []),
    'Engines',
    ...engines.map(
      ({ name, state, description, fix, imagesPerSecond }) =>
        `  ${name.padEnd(12)} ${state}: ${description}${imagesPerSecond === null ? '' : `; trains EfficientNet-Lite0 at 96 px with ${imagesPerSecond < 10 ? imagesPerSecond.toFixed(1) : imagesPerSecond.toFixed(0)} images/s`}${fix === null ? '' : ` To fix it: ${fix}`}`,
    ),
  ].join('\n');
}
