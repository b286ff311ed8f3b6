import type { RunEvent, Stage } from '../../../shared/events.ts';
import { visibleLines } from '../../../shared/hiddenCharacters.ts';
import type { Translate } from '../../../shared/locales/translate.ts';
import { say } from '../../../shared/message.ts';
import { decimal, duration, percent, score } from './format.ts';
import { clearStatus, print, showStatus } from './output.ts';
import { t as ownT } from './wording.ts';

/**
 * Shows a job's events: with a live status line on a terminal, as plain lines elsewhere, or as one JSON object per
 * line.
 */
export interface Reporter {
  event(event: RunEvent): void;
  /** Clears the status line before other text is printed. */
  end(): void;
}

export function createReporter(json: boolean, out: NodeJS.WriteStream = process.stderr, t: Translate = ownT): Reporter {
  // `verify` prints each check itself, with its verdict.
  if (json)
    return {
      event: (event) => {
        if (event.type !== 'check') print(`${JSON.stringify(event)}\n`);
      },
      end: () => undefined,
    };
  return out.isTTY ? terminalReporter(out, t) : plainReporter((line) => out.write(`${line}\n`), t);
}

export function stageTitle(stage: Stage, t: Translate): string {
  switch (stage) {
    case 'data':
      return t('cli.stageData');
    case 'teacher':
      return t('cli.stageTeacher');
    case 'student':
      return t('cli.stageStudent');
    case 'qat':
      return t('cli.stageQat');
    case 'thresholds':
      return t('cli.stageThresholds');
    case 'test':
      return t('cli.stageTest');
    case 'export':
      return t('cli.stageExport');
  }
}

function phaseTitle(phase: string, t: Translate): string {
  if (phase === 'head') return t('cli.phaseHead');
  if (phase === 'finetune') return t('cli.phaseFinetune');
  if (phase === 'qat') return t('cli.phaseQat');
  return phase;
}

/** Metrics shown after each epoch, in this order. */
const epochMetrics = ['loss', 'val_loss', 'macro_ap', 'macro_f1'];

/** The lines that an event leaves on the terminal; null for events that leave none. */
function lastingText(event: RunEvent, t: Translate): string | null {
  switch (event.type) {
    case 'stageStarted':
      return `\n${stageTitle(event.stage, t)}: ${say(t, event.message)}`;
    case 'epoch': {
      const metrics = epochMetrics
        .filter((name) => event.metrics[name] !== undefined)
        .map((name) => `${name} ${score(event.metrics[name])}`);
      const epoch = String(event.epoch + 1).padStart(String(event.epochs).length);
      const title = t('cli.epoch', { phase: phaseTitle(event.phase, t), epoch, epochs: event.epochs });
      return `  ${[title, ...metrics, ...(event.best ? [t('cli.bestSoFar')] : [])].join('  ')}`;
    }
    case 'note': {
      const text = say(t, event.message);
      const marked = event.level === 'warning' && !text.startsWith('warning: ') ? t('cli.warning', { text }) : text;
      return marked.replaceAll(/^/gm, '  ');
    }
    case 'stageFinished':
      return `  ${t('cli.stageDone', { duration: duration(event.seconds) })}`;
    case 'finished':
      return `\n${t('cli.finished', { duration: duration(event.seconds) })}`;
    // The command itself reports 'stopped' as its last sentence.
    default:
      return null;
  }
}

function lastingLine(event: RunEvent, t: Translate): string | null {
  const text = lastingText(event, t);
  return text === null ? null : visibleLines(text);
}

type Progress = Extract<RunEvent, { type: 'progress' }>;

function status({ activity, done, total, unit, rate, secondsLeft }: Progress, t: Translate): string {
  const share = total === 0 ? 1 : done / total;
  const unitName = unit === 'images' ? t('cli.unitImages') : t('cli.unitSteps');
  return [
    say(t, activity),
    percent(Math.floor(share * 100) / 100, 0),
    `${done}/${total} ${unitName}`,
    ...(rate === null ? [] : [`${decimal(rate, rate < 10 ? 1 : 0)} ${unitName}/s`]),
    ...(secondsLeft === null || share === 1 ? [] : [t('cli.remaining', { duration: duration(secondsLeft) })]),
  ].join('  ');
}

const BAR = 24;

function terminalReporter(out: NodeJS.WriteStream, t: Translate): Reporter {
  let shown = false;
  const clear = (): void => {
    if (shown) clearStatus(out);
    shown = false;
  };
  const show = (event: Progress): void => {
    const filled = event.total === 0 ? BAR : Math.round((event.done / event.total) * BAR);
    const text = `  ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${status(event, t)}`;
    showStatus(text.slice(0, Math.max(20, (out.columns ?? 80) - 1)), out);
    shown = true;
  };
  return {
    event: (event) => {
      if (event.type === 'progress') {
        show(event);
        return;
      }
      const line = lastingLine(event, t);
      if (line === null) return;
      clear();
      out.write(`${line}\n`);
    },
    end: clear,
  };
}

/** Shortest time between two progress lines without a terminal. */
const PLAIN_PROGRESS_MS = 15_000;

function plainReporter(write: (line: string) => void, t: Translate): Reporter {
  let last = performance.now();
  return {
    event: (event) => {
      const line = event.type === 'progress' ? null : lastingLine(event, t);
      if (line !== null) write(line);
      if (event.type !== 'progress' || performance.now() - last < PLAIN_PROGRESS_MS) return;
      last = performance.now();
      write(visibleLines(`  ${status(event, t)}`));
    },
    end: () => undefined,
  };
}
