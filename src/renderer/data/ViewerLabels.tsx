import { ActionIcon, Checkbox } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import type { LineChange } from '../../shared/contract/dataset.ts';
import { runName } from '../../shared/runName.ts';
import { call } from '../api/client.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { changeImages, labelNumber, redo, undo, useDataset } from '../stores/dataset.ts';
import { useStudio } from '../stores/studio.ts';
import { DIGITS, digitLabels } from './digits.ts';
import { LabelPicker } from './LabelPicker.tsx';
import { lineChange, withLabel, withoutLabel } from './labelEdits.ts';
import type { Doubt } from './suspicion.ts';

const RECENT = 5;

/** The image's labels on digit keys, the resulting line of the file, and the edits so far. */
export function ViewerLabels({ image, doubt }: { image: number; doubt: Doubt | null }) {
  const { t, said } = useWording();
  const { index, labeled, opinion, edited, done, undone, frequent } = useDataset();
  const [asking, setAsking] = useState(false);
  const state = labeled.states[image]!;
  const path = index!.paths[image]!;
  const codes = opinion?.codes.get(path) ?? null;
  // Fixed while the image is shown: a digit stays on its label while labels are toggled and when a new model finishes.
  const offered = useMemo(() => {
    const byScore =
      codes === null
        ? []
        : [...codes.keys()]
            .sort((a, b) => codes[b]! - codes[a]!)
            .map((c) => labeled.vocabulary.indexOf(opinion!.vocabulary[c]!));
    return digitLabels(state.labels, byScore, frequent);
  }, [image, index!.vocabulary.join('\n')]);
  const rows = [...new Set([...offered, ...state.labels])];
  const toggle = (label: number): void => {
    changeImages([image], (before) =>
      before.labels.includes(label) ? withoutLabel(before, label) : withLabel(before, label),
    );
  };
  useKeys({
    l: () => setAsking(true),
    ...Object.fromEntries(rows.slice(0, DIGITS).map((label, i) => [String(i + 1), () => toggle(label)])),
  });
  return (
    <aside className="panel line-left viewer-right scroll" aria-label={t('common.labelsOfPhoto')}>
      <div className="panel-head">
        <h2>{t('common.labels2')}</h2>
        {codes !== null && (
          <span className="quiet">{t('data.scoreOf', { runName: said(runName(opinion!.runName)) })}</span>
        )}
      </div>
      {rows.map((label, at) => (
        <LabelRow
          key={label}
          label={label}
          digit={at < DIGITS ? at + 1 : null}
          on={state.labels.includes(label)}
          doubted={doubt?.label === label ? doubt.kind : null}
          codes={codes}
          onToggle={() => toggle(label)}
        />
      ))}
      <div className="viewer-add">
        {asking ? (
          <LabelPicker
            names={labeled.vocabulary}
            allowNew
            placeholder={t('data.addLabel2')}
            onChoose={(name) => {
              const label = labelNumber(name);
              changeImages([image], (before) => withLabel(before, label));
              setAsking(false);
            }}
            onCancel={() => setAsking(false)}
          />
        ) : (
          <button type="button" className="add-label row" onClick={() => setAsking(true)}>
            <span className="grow">+ {t('data.addLabel2')}</span>
            <kbd>L</kbd>
          </button>
        )}
      </div>
      {edited.has(image) && <InYourFile image={image} />}
      <section className="line-top">
        <div className="panel-head centered">
          <h2>{t('data.edits')}</h2>
          <span className="quiet">
            {edited.size === 0 ? t('data.noneInline') : t('data.notSaved', { size: edited.size })}
          </span>
          <span className="push" />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('common.undo')}
            disabled={done.length === 0}
            onClick={undo}
          >
            <IconArrowBackUp size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('common.redo')}
            disabled={undone.length === 0}
            onClick={redo}
          >
            <IconArrowForwardUp size={16} />
          </ActionIcon>
        </div>
        {done
          .slice(-RECENT)
          .toReversed()
          .map((edit, at) => {
            const [before, after] = [edit.before[0]!, edit.after[0]!];
            const added = after.labels
              .filter((label) => !before.labels.includes(label))
              .map((label) => labeled.vocabulary[label]);
            const removed = before.labels
              .filter((label) => !after.labels.includes(label))
              .map((label) => labeled.vocabulary[label]);
            const what = [
              added.length > 0 ? `+ ${added.join(', ')}` : '',
              removed.length > 0 ? `− ${removed.join(', ')}` : '',
              after.removed && !before.removed ? t('data.takenOut') : '',
              after.split !== before.split ? `→ ${['train', 'val', 'test'][after.split]}` : '',
            ]
              .filter((part) => part !== '')
              .join('  ');
            return (
              <div key={at} className="row small edit-line">
                <code className="quiet cut edit-file">{index!.paths[edit.images[0]!]?.split('/').at(-1)}</code>
                <bdi className="cut">{what}</bdi>
                {edit.images.length > 1 && <span className="quiet">× {edit.images.length}</span>}
              </div>
            );
          })}
      </section>
    </aside>
  );
}

function LabelRow({
  label,
  digit,
  on,
  doubted,
  codes,
  onToggle,
}: {
  label: number;
  digit: number | null;
  on: boolean;
  doubted: Doubt['kind'] | null;
  codes: Uint8Array | null;
  onToggle: () => void;
}) {
  const { t, f } = useWording();
  const name = useDataset((state) => state.labeled.vocabulary[label]!);
  const opinion = useDataset((state) => state.opinion);
  const at = opinion?.vocabulary.indexOf(name) ?? -1;
  const q = codes === null || at < 0 ? null : codes[at]!;
  return (
    <div className="viewer-label" data-doubted={doubted !== null}>
      <kbd className={digit === null ? 'invisible' : undefined}>{digit ?? 0}</kbd>
      <Checkbox checked={on} onChange={onToggle} label={<Label name={name} most={24} />} className="grow" />
      {doubted !== null && (
        <span className={`small ${doubted === 'missing' ? 'accent' : 'bad'}`}>
          {doubted === 'missing' ? t('data.addInline') : t('data.removeInline')}
        </span>
      )}
      {q !== null && (
        <>
          <span className="viewer-score-bar" aria-hidden="true">
            <i style={{ width: `${(100 * q) / 256}%` }} />
            <b style={{ left: `${(100 * opinion!.thresholds[at]!) / 256}%` }} />
          </span>
          <span className="num">{f.score(q / 256, 2)}</span>
        </>
      )}
    </div>
  );
}

/** The line of the label file, before and after the edit. */
function InYourFile({ image }: { image: number }) {
  const { t, said } = useWording();
  const { index, labeled } = useDataset();
  const project = useStudio((state) => state.project)!;
  const change: LineChange = useMemo(() => lineChange(index!, labeled, image), [index, labeled, image]);
  const [line, setLine] = useState<{ before: string; after: string | null } | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    call('dataset.line', { project: project.id, change }).then(
      (found) => {
        if (current) {
          setLine(found);
          setFault(null);
        }
      },
      (error: unknown) => {
        if (current) setFault((error as Error).message);
      },
    );
    return () => {
      current = false;
    };
  }, [project.id, change]);
  const visible = (text: string): string => text.replaceAll('\t', '→');
  return (
    <section className="line-top" aria-label={t('data.yourFile')}>
      <div className="panel-head">
        <h2>{t('data.yourFile')}</h2>
      </div>
      {fault !== null && (
        <p className="small bad file-fault" role="alert">
          {said(fault)}
        </p>
      )}
      {line !== null && (
        <div className="file-diff mono">
          <div className="quiet">
            {change.split}.txt, {t('data.line')} {change.line}
          </div>
          <div className="minus">- {visible(line.before)}</div>
          {line.after !== null && (
            <div className="plus">
              + {visible(line.after)}
              {change.to === change.split ? '' : `  (${change.to}.txt)`}
            </div>
          )}
        </div>
      )}
      <p className="small quiet file-note">{t('data.everyOtherLineStaysByte')}</p>
    </section>
  );
}
