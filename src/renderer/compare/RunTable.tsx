import { ActionIcon, Checkbox, Menu, TextInput } from '@mantine/core';
import { IconDots, IconNote, IconPin } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { runName } from '../../shared/runName.ts';
import { call } from '../api/client.ts';
import type { Translate } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, go, useStudio } from '../stores/studio.ts';
import { presetWords } from '../train/settingWords.ts';
import { gainOver, refusalWords } from './refusal.ts';
import { SaveWeights, hasNetwork } from './SaveWeights.tsx';
import { rowsWithRepeats } from './seeds.ts';

type Column = 'name' | 'createdAt' | 'seconds' | 'teacher' | 'float' | 'int8' | 'f1' | 'lost' | 'bytes';

const lost = ({ val }: RunSummary): number | null =>
  val.studentAp === null || val.int8Ap === null ? null : val.int8Ap - val.studentAp;

function valueOf(run: RunSummary, column: Column): number | string {
  switch (column) {
    case 'name':
    case 'createdAt':
      return run.createdAt;
    case 'seconds':
      return run.seconds;
    case 'teacher':
      return run.val.teacherAp ?? -1;
    case 'float':
      return run.val.studentAp ?? -1;
    case 'int8':
      return run.val.int8Ap ?? -1;
    case 'f1':
      return run.val.int8F1 ?? -1;
    case 'lost':
      return lost(run) ?? -1;
    case 'bytes':
      return run.bytes;
  }
}

export const runColor = (at: number): string => `--c${(at % 8) + 1}`;

/** Lists all runs. Repeats that differ only in the seed are grouped, with their spread. */
export function RunTable({
  runs,
  baseline,
  ticked,
  onTick,
}: {
  runs: readonly RunSummary[];
  baseline: RunSummary | null;
  ticked: readonly string[];
  onTick(id: string): void;
}) {
  const { t, f, said } = useWording();
  const queue = useStudio((state) => state.queue);
  const [by, setBy] = useState<{ column: Column; down: boolean }>({ column: 'createdAt', down: true });
  const [noting, setNoting] = useState<string | null>(null);
  const [saving, setSaving] = useState<RunSummary | null>(null);
  const sorted = useMemo(
    () => [...runs].sort((a, b) => (valueOf(a, by.column) < valueOf(b, by.column) ? -1 : 1) * (by.down ? -1 : 1)),
    [runs, by],
  );
  const rows = useMemo(() => rowsWithRepeats(sorted), [sorted]);
  const head = (column: Column, text: string, numeric = true) => (
    <th
      className={numeric ? 'num' : ''}
      aria-sort={by.column === column ? (by.down ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className="sort"
        onClick={() => setBy({ column, down: by.column === column ? !by.down : true })}
      >
        {text}
        {by.column === column ? (by.down ? ' ↓' : ' ↑') : ''}
      </button>
    </th>
  );
  const change = (run: RunSummary, part: { note?: string; pinned?: boolean; trashed?: boolean }): void =>
    void attempt(() => call('runs.change', { project: run.project, run: run.id, ...part }));
  return (
    <div className="scroll run-table">
      {saving !== null && <SaveWeights run={saving} onClose={() => setSaving(null)} />}
      <table className="figures">
        <thead>
          <tr>
            <th>
              <span className="visually-hidden">{t('common.compare')}</span>
            </th>
            {head('name', t('common.run'), false)}
            {head('createdAt', t('compare.started'))}
            {head('seconds', t('common.time'))}
            {head('teacher', t('compare.teacherMap'))}
            {head('float', t('compare.floatMap'))}
            {head('int8', t('common.int8Map'))}
            {head('f1', t('compare.int8F1'))}
            {head('lost', t('compare.int8Float'))}
            {head('bytes', t('common.disk'))}
            <th />
          </tr>
        </thead>
        <tbody>
          {rows.map(({ run, repeats, follows }) => {
            const at = ticked.indexOf(run.id);
            const beside = gainOver(baseline, run);
            return (
              <tr key={run.id} data-ticked={at >= 0}>
                <td>
                  <Checkbox
                    aria-label={t('compare.compare', { run: said(runName(run.name)) })}
                    checked={at >= 0}
                    onChange={() => onTick(run.id)}
                    disabled={run.trashed}
                  />
                </td>
                <td>
                  <span className="row">
                    {follows && (
                      <span className="follows" title={t('compare.sameSettingsSeed', { seed: run.config.seed })} />
                    )}
                    <i className="run-dot" style={{ background: at >= 0 ? `var(${runColor(at)})` : 'transparent' }} />
                    <button type="button" className="link plain" onClick={() => go('train', run.id)}>
                      <strong>{said(runName(run.name))}</strong>
                    </button>
                    <span className="soft cut">{run.preset === null ? '' : presetWords(run.preset, t)[0]}</span>
                    {run.pinned && (
                      <span className="tag">
                        <IconPin size={12} aria-hidden="true" />
                        {t('compare.baseline')}
                      </span>
                    )}
                    {run.state !== 'finished' && (
                      <span className="tag">
                        {stateName(
                          run.state,
                          queue.some((entry) => entry.run === run.id),
                          t,
                        )}
                      </span>
                    )}
                    {repeats !== null && (
                      <span className="tag" title={t('compare.sameSettingsOtherSeedsMean')}>
                        {t('compare.seeds', { runCount: repeats.runs.length })} {f.points(repeats.mean)} ±{' '}
                        {f.decimal(repeats.spread * 100, 1)}
                      </span>
                    )}
                    {noting === run.id ? (
                      <TextInput
                        autoFocus
                        aria-label={t('compare.note')}
                        defaultValue={run.note}
                        onBlur={(event) => {
                          change(run, { note: event.currentTarget.value });
                          setNoting(null);
                        }}
                        onKeyDown={(event) => {
                          if (event.key === 'Enter') event.currentTarget.blur();
                          else if (event.key === 'Escape') setNoting(null);
                        }}
                      />
                    ) : (
                      run.note !== '' && (
                        <span className="quiet cut small" title={run.note}>
                          <IconNote size={12} aria-hidden="true" /> {run.note}
                        </span>
                      )
                    )}
                  </span>
                </td>
                <td className="num soft">{f.date(run.createdAt)}</td>
                <td className="num soft">{f.duration(run.seconds)}</td>
                <td className="num">{f.points(run.val.teacherAp)}</td>
                <td className="num">{f.points(run.val.studentAp)}</td>
                <td className="num">
                  <strong>{f.points(run.val.int8Ap)}</strong>
                  <Gain beside={beside} />
                </td>
                <td className="num">{f.score(run.val.int8F1)}</td>
                <td className="num soft">{lost(run) === null ? '–' : f.sign(lost(run)! * 100, 1)}</td>
                <td className="num soft">{f.bytes(run.bytes)}</td>
                <td>
                  {/* The note keeps the focus while it is being edited. */}
                  <Menu position="bottom-end" returnFocus={noting === null}>
                    <Menu.Target>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={t('compare.moreOf', { run: said(runName(run.name)) })}
                      >
                        <IconDots size={16} />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {!run.trashed && (
                        <>
                          <Menu.Item onClick={() => change(run, { pinned: !run.pinned })}>
                            {run.pinned ? t('compare.unpin') : t('compare.pinBaseline')}
                          </Menu.Item>
                          <Menu.Item onClick={() => setNoting(run.id)}>{t('compare.note')}</Menu.Item>
                          {(hasNetwork(run, 'student') || hasNetwork(run, 'teacher')) && (
                            <Menu.Item onClick={() => setSaving(run)}>
                              {t('compare.saveFloatWeightsPytorchKeras')}
                            </Menu.Item>
                          )}
                          {run.freeableBytes > 0 && (
                            <Menu.Item
                              onClick={() =>
                                void attempt(() => call('runs.clean', { project: run.project, run: run.id }))
                              }
                            >
                              {t('compare.freeCheckpoints')}
                            </Menu.Item>
                          )}
                          <Menu.Divider />
                          <Menu.Item
                            disabled={run.state === 'running'}
                            onClick={() => change(run, { trashed: true, pinned: false })}
                          >
                            {t('compare.moveTrash')}
                          </Menu.Item>
                        </>
                      )}
                      {run.trashed && (
                        <>
                          <Menu.Item onClick={() => change(run, { trashed: false })}>{t('compare.putBack')}</Menu.Item>
                          <Menu.Item
                            color="red"
                            onClick={() =>
                              void attempt(() => call('runs.delete', { project: run.project, run: run.id }))
                            }
                          >
                            {t('compare.deleteGood')}
                          </Menu.Item>
                        </>
                      )}
                    </Menu.Dropdown>
                  </Menu>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {sorted.length === 0 && <p className="quiet no-runs">{t('compare.noneHere')}</p>}
    </div>
  );
}

function Gain({ beside }: { beside: ReturnType<typeof gainOver> }) {
  const { t, f } = useWording();
  if (beside === null) return null;
  if ('gain' in beside)
    return <span className={`small ${beside.gain >= 0 ? 'ok' : 'warn'}`}> {f.sign(beside.gain * 100, 1)}</span>;
  const why = t('compare.notComparedBaseline', { refused: refusalWords(beside.refused, t) });
  return (
    <>
      {' '}
      <span className="small quiet" role="img" aria-label={why} title={why}>
        –
      </span>
    </>
  );
}

function stateName(state: RunSummary['state'], queued: boolean, t: Translate): string {
  switch (state) {
    case 'created':
      return queued ? t('common.waiting') : t('compare.notStarted');
    case 'running':
      return t('common.running');
    case 'stopped':
      return t('compare.stopped');
    case 'failed':
      return t('compare.failed');
    case 'interrupted':
      return t('compare.cutOff');
    case 'finished':
      return '';
  }
}
