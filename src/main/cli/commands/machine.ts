import type { Command } from 'commander';
import type { DoctorReport } from '../../pipeline/stages/doctor.ts';
import { bytes } from '../format.ts';
import { perform } from '../jobs.ts';

export function addMachineCommands(program: Command): void {
  program.command('doctor')
    .description('what this machine can do: processor, memory, disk, engines and their measured speed')
    .option('--json', 'one JSON object a line', false)
    .action(async ({ json }: { json: boolean }) => {
      const report = await perform<DoctorReport>({ type: 'doctor', folder: process.cwd() }, json);
      process.stdout.write(json ? `${JSON.stringify({ type: 'doctor', ...report })}\n` : `${describe(report)}\n`);
    });
}

function describe({ system, cpu, memory, disk, gpus, engines, versions }: DoctorReport): string {
  return [
    `System   ${system}, Node ${versions.node}`,
    `CPU      ${cpu.model}, ${cpu.cores} cores${cpu.features.length === 0 ? '' : ` (${cpu.features.join(', ')})`}`,
    `Memory   ${bytes(memory.totalBytes)}, ${bytes(memory.freeBytes)} free`,
    `Disk     ${disk === null ? 'not known' : `${bytes(disk.freeBytes)} free in ${disk.folder}`}`,
    `GPU      ${gpus.length === 0 ? 'none found' : gpus.join(', ')}`,
    'Engines',
    ...engines.map(({ name, state, description, imagesPerSecond }) =>
      `  ${name.padEnd(12)} ${state}: ${description}${imagesPerSecond === null ? '' : `; trains EfficientNet-Lite0 at 96 px with ${imagesPerSecond.toFixed(0)} images/s`}`),
  ].join('\n');
}
