import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconPin, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { runName } from '../../shared/runName.ts';
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

/** Answers which of two runs is better, and why. */
export default function CompareScreen() {
  const wording = useWording();
  const { t, said } = wording;
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
      `${said(runName(run.name))} ${run.note} ${run.preset ?? ''}`.toLowerCase().includes(query.trim().toLowerCase()),
  );
  const trashed = runs.length - live.length;
  if (runs.length === 0) return <NoRuns />;
  const { headline, reason, tone } = compareAnswer(wording, baseline, other, compared);
  return (
    <>
      <Answer tone={tone} headline={headline} reason={reason}>
        {other !== null && (
          <Button
            variant="subtle"
            onClick={() => {
              adoptRun(other);
              planRun(true);
              go('train');
            }}
          >
            {t('compare.reproduce', { other: said(runName(other.name)) })}
          </Button>
        )}
        {other !== null && !other.pinned && (
          <Button variant="subtle" leftSection={<IconPin size={15} />} onClick={() => void pin(live, other)}>
            {t('compare.makeBaseline')}
          </Button>
        )}
        {other !== null && other.val.int8Ap !== null && (
          <Button onClick={() => go('tune', other.id)}>
            {t('compare.tune', { other: said(runName(other.name)) })}
          </Button>
        )}
      </Answer>
      <div className="toolbar">
        <SegmentedControl
          aria-label={t('common.runs')}
          data={[
            { value: 'runs', label: `${t('common.runs')} ${live.length}` },
            { value: 'trash', label: `${t('compare.trash')} ${trashed}` },
          ]}
          value={trash ? 'trash' : 'runs'}
          onChange={(value) => setTrash(value === 'trash')}
        />
        <TextInput
          data-find
          aria-label={t('compare.findRun')}
          placeholder={t('compare.findRun')}
          leftSection={<IconSearch size={14} />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <span className="grow" />
        <span className="quiet small">{t('compare.figuresValidationTestStaysSealed')}</span>
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

/** Pinning a run unpins the others: there is one baseline at a time. */
async function pin(runs: readonly RunSummary[], run: RunSummary): Promise<void> {
  for (const old of runs.filter(({ pinned }) => pinned))
    await attempt(() => call('runs.change', { project: old.project, run: old.id, pinned: false }));
  await attempt(() => call('runs.change', { project: run.project, run: run.id, pinned: true }));
}

function compareAnswer(
  { t, f, said }: Wording,
  before: RunSummary | null,
  after: RunSummary | null,
  compared: Compared,
): { headline: string; reason: string; tone: 'plain' | 'ok' | 'warn' } {
  if (before === null || after === null)
    return {
      tone: 'plain',
      headline: t('compare.tickTwoRunsCompareThem'),
      reason: after === null ? '' : t('compare.pinnedRunBaseline'),
    };
  switch (compared.state) {
    case 'nothing':
      return {
        tone: 'plain',
        headline: t('compare.oneOfTwoNoInt8'),
        reason: t('compare.comeOnceThresholdsFound'),
      };
    case 'working':
      return { tone: 'plain', headline: t('compare.comparing'), reason: '' };
    case 'refused':
      return {
        tone: 'warn',
        headline: t('compare.theseTwoCannotCompared'),
        reason: refusalWords(compared.why, t),
      };
    case 'done': {
      const { macro, labels } = compared.comparisons.ap;
      const better = labels.filter(({ clear, from, to }) => clear && to > from).length;
      const worse = labels.filter(({ clear, from, to }) => clear && to < from).length;
      const points = f.decimal(Math.abs(macro.change) * 100, 1);
      const range = t('compare.n95RangeClearlyBetterClearly', {
        low: f.sign(macro.low * 100, 1),
        high: f.sign(macro.high * 100, 1),
        better,
        worse,
      });
      if (!macro.clear)
        return {
          tone: 'plain',
          headline: t('compare.withinChanceOfEachOther', {
            after: said(runName(after.name)),
            before: said(runName(before.name)),
          }),
          reason: range,
        };
      return macro.change > 0
        ? {
            tone: 'ok',
            headline: t('compare.beatsMapShipped', {
              after: said(runName(after.name)),
              before: said(runName(before.name)),
              points,
            }),
            reason: range,
          }
        : {
            tone: 'warn',
            headline: t('compare.fallsMapBehindShipped', {
              after: said(runName(after.name)),
              points,
              before: said(runName(before.name)),
            }),
            reason: range,
          };
    }
  }
}

function NoRuns() {
  const { t } = useWording();
  return (
    <>
      <Answer headline={t('compare.nothingCompareYet')} />
      <div className="empty">
        <h2>{t('compare.twoRunsMakeComparison')}</h2>
        <p>{t('compare.trainOnceChangeOneThing')}</p>
        <div>
          <Button onClick={() => go('train')}>{t('common.goTraining')}</Button>
        </div>
      </div>
    </>
  );
}
