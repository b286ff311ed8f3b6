import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Longest time in which a healthy run says nothing: an epoch of a large network on few cores. */
const SILENCE_MINUTES = 60;

/**
 * Null when all is well; otherwise the reason: the newest run of the project failed, or is said to be running and has
 * written nothing for an hour.
 * Reads the run folder alone, so that it answers at once beside a busy training.
 */
export function complaint(project: string, now: Date): string | null {
  const runs = path.join(project, 'runs');
  const found = existsSync(runs)
    ? readdirSync(runs)
        .filter((name) => existsSync(path.join(runs, name, 'run.json')))
        .sort()
        .map((name) => ({
          name,
          run: JSON.parse(readFileSync(path.join(runs, name, 'run.json'), 'utf8')) as {
            state: string;
            number?: number | null;
            problem: { message: string } | null;
          },
        }))
        // Names come from the clock, which may have been set back; numbers do not.
        .sort((a, b) => (a.run.number ?? 0) - (b.run.number ?? 0))
        .at(-1)
    : undefined;
  if (found === undefined) return null;
  const {
    name: newest,
    run: { state, problem },
  } = found;
  if (state === 'failed') return `Run ${newest} failed: ${problem?.message ?? 'no reason given'}`;
  if (state !== 'running') return null;
  const written = ['log.jsonl', 'metrics.jsonl', 'run.json']
    .map((name) => path.join(runs, newest, name))
    .filter(existsSync)
    .map((file) => statSync(file).mtimeMs);
  const minutes = (now.getTime() - Math.max(...written)) / 60_000;
  return minutes > SILENCE_MINUTES ? `Run ${newest} has written nothing for ${Math.floor(minutes)} minutes.` : null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = complaint(process.argv[2] ?? '/data', new Date());
  if (found !== null) console.error(found);
  process.exit(found === null ? 0 : 1);
}
