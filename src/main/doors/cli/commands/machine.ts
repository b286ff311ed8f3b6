import type { Command } from 'commander';
import type { EngineReport, MachineReport } from '../../../../shared/contract/studio.ts';
import { surveyMachine } from '../../../studio/engines/survey.ts';
import { bytes, decimal } from '../format.ts';
import { print } from '../output.ts';
import { said, t } from '../wording.ts';

export function addMachineCommands(program: Command): void {
  program
    .command('doctor')
    .description(t('cli.doctor'))
    .option('--json', t('cli.optionJson'), false)
    .action(async ({ json }: { json: boolean }) => {
      const report = await surveyMachine(process.cwd());
      print(json ? `${JSON.stringify({ type: 'doctor', ...report })}\n` : `${describe(report)}\n`);
    });
}

function describe({
  system,
  cpu,
  memory,
  disk,
  gpus,
  vulkan,
  adapters,
  cuda,
  engines,
  versions,
}: MachineReport): string {
  const features = cpu.features.length === 0 ? '' : ` (${cpu.features.join(', ')})`;
  return [
    t('cli.doctorSystem', { system, version: versions.node ?? '' }),
    `${t('cli.doctorCpu', { model: cpu.model, count: cpu.cores })}${features}`,
    t('cli.doctorMemory', { total: bytes(memory.totalBytes), free: bytes(memory.freeBytes) }),
    disk === null
      ? t('cli.doctorDiskUnknown')
      : t('cli.doctorDisk', { free: bytes(disk.freeBytes), folder: disk.folder }),
    gpus.length === 0 ? t('cli.doctorNoGpu') : t('cli.doctorGpu', { names: gpus.join(', ') }),
    ...vulkan.map(vulkanLine),
    ...(adapters.length > 1 ? [t('cli.doctorAdapters', { names: adapters })] : []),
    ...(cuda === null ? [] : [cudaLine(cuda)]),
    ...(process.platform === 'linux' && gpus.length > 0 && vulkan.length === 0 ? [t('cli.doctorVulkanUnknown')] : []),
    t('cli.doctorEngines'),
    ...engines.map(engineLine),
  ].join('\n');
}

function vulkanLine(adapter: MachineReport['vulkan'][number]): string {
  const { name, driver, version, largestBufferBytes, memoryBytes, software } = adapter;
  const sizes = { buffer: bytes(largestBufferBytes), memory: bytes(memoryBytes) };
  const line = t('cli.doctorVulkan', { name, driver, version, ...sizes });
  return software ? t('cli.doctorVulkanSoftware', { line }) : line;
}

function cudaLine({ driver, driverCuda, cuda, cudnn, needed }: NonNullable<MachineReport['cuda']>): string {
  const versions = (found: readonly number[]): string => (found.length === 0 ? '–' : found.join(', '));
  const line = t('cli.doctorCuda', {
    driver,
    driverCuda: driverCuda ?? '–',
    cuda: versions(cuda),
    cudnn: versions(cudnn),
  });
  return needed === null ? line : t('cli.doctorCudaNeeded', { line, needed });
}

function engineLine({ name, state, description, fix, imagesPerSecond }: EngineReport): string {
  const speed =
    imagesPerSecond === null
      ? []
      : [t('cli.doctorSpeed', { rate: decimal(imagesPerSecond, imagesPerSecond < 10 ? 1 : 0) })];
  const line = `  ${name.padEnd(12)} ${stateName(state)}: ${[said(description), ...speed].join('; ')}`;
  return fix === null ? line : `${line} ${t('cli.fix', { command: said(fix) })}`;
}

function stateName(state: EngineReport['state']): string {
  switch (state) {
    case 'works':
      return t('cli.doctorWorks');
    case 'fails':
      return t('cli.doctorFails');
    case 'not tried':
      return t('cli.doctorNotTried');
  }
}
