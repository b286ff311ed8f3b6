import type { RunEvent, Stage } from '../../../shared/events.ts';
import { visibleLines } from '../../../shared/hiddenCharacters.ts';
import { duration, score } from './format.ts';
import { clearStatus, print, showStatus } from './output.ts';

/** Shows a job's events: a live status line on a terminal, plain lines elsewhere, or one JSON object a line. */
export interface Reporter {
  event(event: RunEvent): void;
  /** Clears the status line before other text. */
  end(): void;
}

export function createReporter(json: boolean, out: NodeJS.WriteStream = process.stderr): Reporter {
  // `verify` prints each check itself, with its verdict.
  if (json)
    return {
      event: (event) => {
        if (event.type !== 'check') print(`${JSON.stringify(event)}\n`);
      },
      end: () => undefined,
    };
  return out.isTTY ? terminalReporter(out) : plainReporter((line) => out.write(`${line}\n`));
}

const titles: Record<Stage, string> = {
  data: 'Data',
  teacher: 'Teacher',
  student: 'Student',
  qat: 'Quantization',
  thresholds: 'Thresholds',
  test: 'Test',
  export: 'Export',
};

/** Figures worth a line, in this order. */
const epochFigures = ['loss', 'val_loss', 'macro_ap', 'macro_f1'];

/** The line that stays for an event; null for those that only pass by. */
function lasting(event: RunEvent): string | null {
  const line = lineOf(event);
  return line === null ? null : visibleLines(line);
}

function lineOf(event: RunEvent): string | null {
  switch (event.type) {
    case 'stageStarted':
      return `\n${titles[event.stage]}: ${event.message.text}`;
    case 'epoch': {
      const figures = epochFigures
        .filter((name) => event.metrics[name] !== undefined)
        .map((name) => `${name} ${score(event.metrics[name])}`);
      return `  ${event.phase} epoch ${String(event.epoch + 1).padStart(String(event.epochs).length)}/${event.epochs}  ${figures.join('  ')}${event.best ? '  best so far' : ''}`;
    }
    case 'note':
      return `${event.level === 'warning' && !event.message.text.startsWith('warning: ') ? 'warning: ' : ''}${event.message.text}`
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n');
    case 'stageFinished':
      return `  done in ${duration(event.seconds)}`;
    case 'finished':
      return `\nFinished in ${duration(event.seconds)}.`;
    // 'stopped' is left to the command: it ends with the same sentence.
    default:
      return null;
  }
}

type Progress = Extract<RunEvent, { type: 'progress' }>;

function status({ activity, done, total, unit, rate, secondsLeft }: Progress): string {
  const share = total === 0 ? 1 : done / total;
  const speed = rate === null ? '' : `  ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} ${unit}/s`;
  const left = secondsLeft === null || share === 1 ? '' : `  ${duration(secondsLeft)} left`;
  return `${activity.text}  ${Math.floor(share * 100)} %  ${done}/${total} ${unit}${speed}${left}`;
}

const BAR = 24;

function terminalReporter(out: NodeJS.WriteStream): Reporter {
  let shown = false;
  const clear = (): void => {
    if (shown) clearStatus(out);
    shown = false;
  };
  const show = (event: Progress): void => {
    const filled = event.total === 0 ? BAR : Math.round((event.done / event.total) * BAR);
    const text = `  ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${status(event)}`;
    showStatus(text.slice(0, Math.max(20, (out.columns ?? 80) - 1)), out);
    shown = true;
  };
  return {
    event: (event) => {
      if (event.type === 'progress') {
        show(event);
        return;
      }
      const line = lasting(event);
      if (line === null) return;
      clear();
      out.write(`${line}\n`);
    },
    end: clear,
  };
}

/** Without a terminal a progress line comes at most this often. */
const PLAIN_PROGRESS_MS = 15_000;

function plainReporter(write: (line: string) => void): Reporter {
  let last = performance.now();
  return {
    event: (event) => {
      const line = event.type === 'progress' ? null : lasting(event);
      if (line !== null) write(line);
      if (event.type !== 'progress' || performance.now() - last < PLAIN_PROGRESS_MS) return;
      last = performance.now();
      write(visibleLines(`  ${status(event)}`));
    },
    end: () => undefined,
  };
}
