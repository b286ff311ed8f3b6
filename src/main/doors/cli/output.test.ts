import { afterEach, describe, expect, test, vi } from 'vitest';
import { translator } from '../../../shared/locales/translate.ts';
import { quoted } from '../../../shared/message.ts';
import { print, printData, printError, showStatus } from './output.ts';
import { createReporter } from './reporter.ts';

/** Sets the title, clears the screen, writes to the clipboard, and reverses the rest of the line. */
const HOSTILE = '\x1b]0;x\x07\x1b[2J\x1b]52;c;eA==\x07\x9b31m\u202e';
const english = translator('en');
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/;

function written(stream: NodeJS.WriteStream): () => string {
  let text = '';
  vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  return () => text;
}

const tty = (isTTY: boolean): NodeJS.WriteStream =>
  ({ isTTY, columns: 80, write: () => true }) as unknown as NodeJS.WriteStream;

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what the command line prints', () => {
  test('has no control characters except line ends and tabs', () => {
    const [out, error] = [written(process.stdout), written(process.stderr)];
    print(`label '${HOSTILE}'\n\tnext\n`);
    printError(`error: ${HOSTILE}\n`);
    for (const text of [out(), error()]) {
      expect(text).not.toMatch(CONTROL);
      expect(text).toContain(String.raw`\u001b]52;c;eA==\u0007\u009b31m\u202e`);
    }
    expect(out().endsWith("'\n\tnext\n")).toBe(true);
  });

  test('data is written unchanged to another program, and without control characters to a terminal', () => {
    const { isTTY } = process.stdout;
    const out = written(process.stdout);
    process.stdout.isTTY = false;
    printData(HOSTILE);
    expect(out()).toBe(HOSTILE);
    process.stdout.isTTY = true;
    printData(HOSTILE);
    expect(out().slice(HOSTILE.length)).not.toMatch(CONTROL);
    process.stdout.isTTY = isTTY;
  });

  test.each([true, false])('events cannot control a terminal (terminal: %s)', (isTTY) => {
    const out = tty(isTTY);
    const text = written(out);
    const reporter = createReporter(false, out, english);
    reporter.event({ type: 'note', level: 'warning', message: quoted(HOSTILE), stage: 'data' });
    showStatus(HOSTILE, out);
    // The reporter's own sequence returns to the start of the line and clears it.
    expect(text().replaceAll('\r\x1b[K', '')).not.toMatch(CONTROL);
    expect(text()).toContain(String.raw`\u001b[2J`);
  });

  test('a warning is marked once, whether or not its text begins with the word', () => {
    const out = tty(false);
    const text = written(out);
    const reporter = createReporter(false, out, english);
    for (const message of ['few images', 'warning: few images'])
      reporter.event({ type: 'note', level: 'warning', message: quoted(message), stage: 'data' });
    expect(text()).toBe('  warning: few images\n'.repeat(2));
  });

  test('the end of a stopped run is left to the command, which reports it', () => {
    const out = tty(false);
    const text = written(out);
    createReporter(false, out, english).event({
      type: 'stopped',
      message: quoted('Stopped at a checkpoint.'),
    });
    expect(text()).toBe('');
  });
});
