import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Keeps the machine from sleeping during a training, with a tool of the system. Without one it does nothing. */
export function createKeepAwake(): (awake: boolean) => void {
  let holder: ChildProcess | null = null;
  return (awake) => {
    if (awake === (holder !== null)) return;
    if (!awake) {
      holder?.kill();
      holder = null;
      return;
    }
    const command = keepAwakeCommand();
    if (command === null) return;
    const child = spawn(command[0]!, command.slice(1), { stdio: 'ignore' });
    child.on('error', () => {
      if (holder === child) holder = null;
    });
    child.unref();
    holder = child;
  };
}

function keepAwakeCommand(): string[] | null {
  if (process.platform === 'linux')
    return [
      'systemd-inhibit',
      '--what=idle:sleep',
      '--who=Destila Studio',
      '--why=A model is being trained',
      'tail',
      `--pid=${process.pid}`,
      '-f',
      '/dev/null',
    ];
  if (process.platform === 'darwin') return ['caffeinate', '-i', '-w', String(process.pid)];
  return null;
}
