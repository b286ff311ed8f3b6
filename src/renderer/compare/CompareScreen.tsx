import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconPin, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, go, useStudio } from '../stores/studio.ts';
import { adoptRun } from '../train/configStore.ts';
import { planRun } from '../train/trainView.ts';
import { CurvesOfRuns } from './CurvesOfRuns.tsx';
import { LabelChanges } from './LabelChanges.tsx';
import { refusalWords } from './refusal.ts';
import { RunTable, runColor } from './RunTable.tsx';
import type { Compared } from './useComparison.ts';
import { useComparison } from './useComparison.ts';
import { WhatDiffers } from './WhatDiffers.tsx';
import './compare.css';

/** Which is better, and why? */
export default function CompareScreen() {
  const wording = useWording();
  const { w, said } = wording;
  const runs = useStudio((state) => state.runs);
  const [ticked, setTicked] = useState<readonly string[] | null>(null);
  const [trash, setTrash] = useState(false);
  const [query, setQuery] = useState('');
  const live = useMemo(() => runs.filter((run) => !run.trashed), [runs]);
  const chosen = useMemo(() => {
    const wanted = ticked ?? defaultPair(live);
    return live.filter(({ id }) => wanted.includes(id));
  }, [live, ticked]);
  // The baseline is the pinned run, else the older one.
  const baseline = chosen.length < 2 ? null : (chosen.find(({ pinned }) => pinned) ?? chosen[0]!);
  const other =
    chosen.length < 2 ? (chosen[0] ?? null) : ([...chosen].reverse().find((run) => run !== baseline) ?? null);
  const compared = useComparison(baseline, other);
  const colorOf = (run: RunSummary | null): string => runColor(run === null ? 0 : chosen.indexOf(run));
  const shown = runs.filter(
    (run) =>
      run.trashed === trash &&
      `${said(run.name)} ${run.note} ${run.preset ?? ''}`.toLowerCase().includes(query.trim().toLowerCase()),
  );
  const trashed = runs.length - live.length;
  if (runs.length === 0) return <NoRuns />;
  const { says, because, tone } = compareAnswer(wording, baseline, other, compared);
  return (
    <>
      <Answer tone={tone} says={says} because={because}>
        {other !== null && (
          <Button
            variant="subtle"
            onClick={() => {
              adoptRun(other);
              planRun(true);
              go('train');
            }}
          >
            {w(`Reproduce ${said(other.name)}`, `Repetir ${said(other.name)}`)}
          </Button>
        )}
        {other !== null && !other.pinned && (
          <Button variant="subtle" leftSection={<IconPin size={15} />} onClick={() => void pin(live, other)}>
            {w('Make it the baseline', 'Hacerlo referencia')}
          </Button>
        )}
        {other !== null && other.val.int8Ap !== null && (
          <Button onClick={() => go('tune', other.id)}>
            {w(`Tune ${said(other.name)}`, `Ajustar ${said(other.name)}`)}
          </Button>
        )}
      </Answer>
      <div className="toolbar">
        <SegmentedControl
          aria-label={w('Runs', 'Entrenamientos')}
          data={[
            { value: 'runs', label: `${w('Runs', 'Entrenamientos')} ${live.length}` },
            { value: 'trash', label: `${w('Trash', 'Papelera')} ${trashed}` },
          ]}
          value={trash ? 'trash' : 'runs'}
          onChange={(value) => setTrash(value === 'trash')}
        />
        <TextInput
          data-find
          aria-label={w('Find a run', 'Buscar')}
          placeholder={w('Find a run', 'Buscar')}
          leftSection={<IconSearch size={14} />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <span className="grow" />
        <span className="quiet small">
          {w('Figures on validation; test stays sealed here', 'Cifras en validación; la prueba queda cerrada aquí')}
        </span>
      </div>
      <RunTable
        runs={shown}
        baseline={baseline}
        ticked={chosen.map(({ id }) => id)}
        onTick={(id) =>
          setTicked(
            nextPair(
              chosen.map((run) => run.id),
              id,
            ),
          )
        }
      />
      <div className="compare">
        <div className="column">
          <CurvesOfRuns runs={chosen} />
          <WhatDiffers before={baseline} after={other} />
        </div>
        <LabelChanges
          before={baseline}
          after={other}
          compared={compared}
          colors={{ before: colorOf(baseline), after: colorOf(other) }}
        />
      </div>
    </>
  );
}

function defaultPair(runs: readonly RunSummary[]): string[] {
  const scored = runs.filter(({ val }) => val.int8Ap !== null);
  const pinned = scored.find((run) => run.pinned);
  const last = [...scored].reverse().find((run) => run !== pinned);
  return [pinned ?? scored.at(-2), last].flatMap((run) => (run === undefined ? [] : [run.id]));
}

const MOST = 8;
const nextPair = (chosen: readonly string[], id: string): string[] =>
  chosen.includes(id) ? chosen.filter((own) => own !== id) : [...chosen, id].slice(-MOST);

/** One baseline at a time. */
async function pin(runs: readonly RunSummary[], run: RunSummary): Promise<void> {
  for (const old of runs.filter(({ pinned }) => pinned))
    await attempt(() => call('runs.change', { project: old.project, run: old.id, pinned: false }));
  await attempt(() => call('runs.change', { project: run.project, run: run.id, pinned: true }));
}

function compareAnswer(
  { w, f, said }: Wording,
  before: RunSummary | null,
  after: RunSummary | null,
  compared: Compared,
): { says: string; because: string; tone: 'plain' | 'ok' | 'warn' } {
  if (before === null || after === null)
    return {
      tone: 'plain',
      says: w('Tick two runs to compare them.', 'Marca dos entrenamientos para compararlos.'),
      because: after === null ? '' : w('A pinned run is the baseline.', 'El fijado es la referencia.'),
    };
  switch (compared.state) {
    case 'nothing':
      return {
        tone: 'plain',
        says: w('One of the two has no INT8 scores yet.', 'Uno de los dos aún no tiene puntuaciones INT8.'),
        because: w('They come once its thresholds are found.', 'Llegan cuando se hallen sus umbrales.'),
      };
    case 'working':
      return { tone: 'plain', says: w('Comparing…', 'Comparando…'), because: '' };
    case 'refused':
      return {
        tone: 'warn',
        says: w('These two cannot be compared.', 'Estos dos no se pueden comparar.'),
        because: refusalWords(compared.why, w),
      };
    case 'done': {
      const { macro, labels } = compared.comparisons.ap;
      const better = labels.filter(({ clear, from, to }) => clear && to > from).length;
      const worse = labels.filter(({ clear, from, to }) => clear && to < from).length;
      const points = f.decimal(Math.abs(macro.change) * 100, 1);
      const range = w(
        `95 % range ${f.sign(macro.low * 100, 1)} to ${f.sign(macro.high * 100, 1)}. ${better} clearly better, ${worse} clearly worse.`,
        `Rango del 95 %: ${f.sign(macro.low * 100, 1)} a ${f.sign(macro.high * 100, 1)}. ${better} claramente mejores, ${worse} claramente peores.`,
      );
      if (!macro.clear)
        return {
          tone: 'plain',
          says: w(
            `${said(after.name)} and ${said(before.name)} are within chance of each other.`,
            `${said(after.name)} y ${said(before.name)} difieren menos que el azar.`,
          ),
          because: range,
        };
      return macro.change > 0
        ? {
            tone: 'ok',
            says: w(
              `${said(after.name)} beats ${said(before.name)} by ${points} mAP as shipped.`,
              `${said(after.name)} supera a ${said(before.name)} en ${points} mAP tal como se entrega.`,
            ),
            because: range,
          }
        : {
            tone: 'warn',
            says: w(
              `${said(after.name)} falls ${points} mAP behind ${said(before.name)} as shipped.`,
              `${said(after.name)} queda ${points} mAP por debajo de ${said(before.name)}.`,
            ),
            because: range,
          };
    }
  }
}

function NoRuns() {
  const { w } = useWording();
  return (
    <>
      <Answer says={w('Nothing to compare yet.', 'Aún no hay qué comparar.')} />
      <div className="empty">
        <h2>{w('Two runs make a comparison.', 'Dos entrenamientos hacen una comparación.')}</h2>
        <p>
          {w(
            'Train once, change one thing, train again: here you see whether it helped.',
            'Entrena, cambia una cosa y entrena otra vez: aquí ves si ayudó.',
          )}
        </p>
        <div>
          <Button onClick={() => go('train')}>{w('Go to training', 'Ir a entrenar')}</Button>
        </div>
      </div>
    </>
  );
}
