import { ActionIcon, Checkbox, Menu, TextInput } from '@mantine/core';
import { IconDots, IconNote, IconPin } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { call } from '../api/client.ts';
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

/** All runs; repeats that differ in nothing but the seed stand together with their spread. */
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
  const { w, f, said } = useWording();
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
              <span className="visually-hidden">{w('Compare', 'Comparar')}</span>
            </th>
            {head('name', w('Run', 'Entrenamiento'), false)}
            {head('createdAt', w('Started', 'Inicio'))}
            {head('seconds', w('Time', 'Tiempo'))}
            {head('teacher', w('Teacher mAP', 'mAP maestro'))}
            {head('float', w('Float mAP', 'mAP float'))}
            {head('int8', w('INT8 mAP', 'mAP INT8'))}
            {head('f1', w('INT8 F1', 'F1 INT8'))}
            {head('lost', w('INT8 − float', 'INT8 − float'))}
            {head('bytes', w('Disk', 'Disco'))}
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
                    aria-label={w(`Compare ${said(run.name)}`, `Comparar ${said(run.name)}`)}
                    checked={at >= 0}
                    onChange={() => onTick(run.id)}
                    disabled={run.trashed}
                  />
                </td>
                <td>
                  <span className="row">
                    {follows && (
                      <span
                        className="follows"
                        title={w(
                          `same settings, seed ${run.config.seed}`,
                          `mismos ajustes, semilla ${run.config.seed}`,
                        )}
                      />
                    )}
                    <i className="run-dot" style={{ background: at >= 0 ? `var(${runColor(at)})` : 'transparent' }} />
                    <button
                      type="button"
                      className="link"
                      style={{ color: 'inherit' }}
                      onClick={() => go('train', run.id)}
                    >
                      <strong>{said(run.name)}</strong>
                    </button>
                    <span className="soft cut">{run.preset === null ? '' : presetWords(run.preset, w)[0]}</span>
                    {run.pinned && (
                      <span className="tag">
                        <IconPin size={12} aria-hidden="true" />
                        {w('baseline', 'referencia')}
                      </span>
                    )}
                    {run.state !== 'finished' && (
                      <span className="tag">
                        {stateName(
                          run.state,
                          queue.some((entry) => entry.run === run.id),
                          w,
                        )}
                      </span>
                    )}
                    {repeats !== null && (
                      <span
                        className="tag"
                        title={w(
                          'Same settings, other seeds: mean and standard deviation of INT8 mAP',
                          'Mismos ajustes, otras semillas: media y desviación típica del mAP INT8',
                        )}
                      >
                        {w(`${repeats.runs.length} seeds`, `${repeats.runs.length} semillas`)} {f.points(repeats.mean)}{' '}
                        ± {f.decimal(repeats.spread * 100, 1)}
                      </span>
                    )}
                    {noting === run.id ? (
                      <TextInput
                        autoFocus
                        aria-label={w('Note', 'Nota')}
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
                  {/* A note that is about to be written keeps the focus. */}
                  <Menu position="bottom-end" returnFocus={noting === null}>
                    <Menu.Target>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={w(`More of ${said(run.name)}`, `Más de ${said(run.name)}`)}
                      >
                        <IconDots size={16} />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {!run.trashed && (
                        <>
                          <Menu.Item onClick={() => change(run, { pinned: !run.pinned })}>
                            {run.pinned ? w('Unpin', 'Soltar') : w('Pin as baseline', 'Fijar como referencia')}
                          </Menu.Item>
                          <Menu.Item onClick={() => setNoting(run.id)}>{w('Note', 'Nota')}</Menu.Item>
                          {(hasNetwork(run, 'student') || hasNetwork(run, 'teacher')) && (
                            <Menu.Item onClick={() => setSaving(run)}>
                              {w('Save float weights (PyTorch, Keras)', 'Guardar pesos en float (PyTorch, Keras)')}
                            </Menu.Item>
                          )}
                          {run.freeableBytes > 0 && (
                            <Menu.Item
                              onClick={() =>
                                void attempt(() => call('runs.clean', { project: run.project, run: run.id }))
                              }
                            >
                              {w('Free the checkpoints', 'Liberar puntos de control')}
                            </Menu.Item>
                          )}
                          <Menu.Divider />
                          <Menu.Item
                            disabled={run.state === 'running'}
                            onClick={() => change(run, { trashed: true, pinned: false })}
                          >
                            {w('Move to the trash', 'A la papelera')}
                          </Menu.Item>
                        </>
                      )}
                      {run.trashed && (
                        <>
                          <Menu.Item onClick={() => change(run, { trashed: false })}>
                            {w('Put back', 'Restaurar')}
                          </Menu.Item>
                          <Menu.Item
                            color="red"
                            onClick={() =>
                              void attempt(() => call('runs.delete', { project: run.project, run: run.id }))
                            }
                          >
                            {w('Delete for good', 'Borrar del todo')}
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
      {sorted.length === 0 && (
        <p className="quiet" style={{ padding: 16 }}>
          {w('None here.', 'Nada aquí.')}
        </p>
      )}
    </div>
  );
}

function Gain({ beside }: { beside: ReturnType<typeof gainOver> }) {
  const { w, f } = useWording();
  if (beside === null) return null;
  if ('gain' in beside)
    return <span className={`small ${beside.gain >= 0 ? 'ok' : 'warn'}`}> {f.sign(beside.gain * 100, 1)}</span>;
  const why = w(
    `Not compared with the baseline. ${refusalWords(beside.refused, w)}`,
    `No se compara con la referencia. ${refusalWords(beside.refused, w)}`,
  );
  return (
    <>
      {' '}
      <span className="small quiet" role="img" aria-label={why} title={why}>
        –
      </span>
    </>
  );
}

function stateName(state: RunSummary['state'], queued: boolean, w: (en: string, es: string) => string): string {
  switch (state) {
    case 'created':
      return queued ? w('waiting', 'en espera') : w('not started', 'sin empezar');
    case 'running':
      return w('running', 'en marcha');
    case 'stopped':
      return w('stopped', 'parado');
    case 'failed':
      return w('failed', 'falló');
    case 'interrupted':
      return w('cut off', 'cortado');
    case 'finished':
      return '';
  }
}
