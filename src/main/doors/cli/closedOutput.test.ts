import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { surviveClosedOutput } from './output.ts';

const streams = () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = surviveClosedOutput(stdout as unknown as NodeJS.WriteStream, stderr as unknown as NodeJS.WriteStream);
  return { stdout, stderr, output };
};
const fault = (code: string): Error => Object.assign(new Error(`write ${code}`), { code });

test('a closed pipe stops work that only produces output, and is not an error', () => {
  const { stdout, output } = streams();
  expect(output.closed.aborted).toBe(false);
  stdout.emit('error', fault('EPIPE'));
  expect(output.closed.aborted).toBe(true);
  expect(output.fault()).toBeNull();
});

test('any other failure to write is an error, and the first is reported', () => {
  const { stdout, output } = streams();
  stdout.emit('error', fault('ENOSPC'));
  stdout.emit('error', fault('ERR_STREAM_DESTROYED'));
  expect(output.closed.aborted).toBe(true);
  expect(output.fault()).toMatchObject({ code: 'diskFull.output' });
});

test('closed standard error, which only has progress, stops nothing', () => {
  const { stderr, output } = streams();
  stderr.emit('error', fault('EPIPE'));
  expect(output.closed.aborted).toBe(false);
  expect(output.fault()).toBeNull();
});
