import { NumberInput, Radio } from '@mantine/core';
import type { ImportOffers, ImportRequest, ImportSource } from '../../shared/contract/dataset.ts';
import { useWording } from '../i18n/words.ts';
import { sourceKey, sourceName, sourcesOf } from './importSources.ts';

type Shares = ImportRequest['shares'];

interface SplitProps {
  readonly shares: Shares;
  readonly onShares: (shares: Shares) => void;
  readonly seed: number;
  readonly onSeed: (seed: number) => void;
}

interface Props extends SplitProps {
  /** Null until the folder has been searched. */
  readonly offers: ImportOffers | null;
  readonly source: ImportSource | null;
  readonly onSource: (source: ImportSource | null) => void;
  /** True when the source names the split of every image. */
  readonly bySource: boolean;
}

/** Where the labels come from, and how the images are split. */
export function ImportChoices({ offers, source, onSource, bySource, ...split }: Props) {
  const { t } = useWording();
  return (
    <section>
      <h2>{t('data.whereDoLabelsCome')}</h2>
      {offers !== null && (
        <Radio.Group
          value={sourceKey(source)}
          onChange={(key) => {
            onSource(sourcesOf(offers).find((offered) => sourceKey(offered) === key) ?? null);
          }}
          aria-label={t('data.sourceOfLabels')}
        >
          <div className="column import-sources">
            {sourcesOf(offers).map((offered) => (
              <Radio key={sourceKey(offered)} value={sourceKey(offered)} label={sourceName(offered, offers, t)} />
            ))}
          </div>
        </Radio.Group>
      )}
      <h2 className="import-split">{t('data.howSplit')}</h2>
      {bySource ? (
        <p className="small quiet">{t('data.sourceNamesSplitOfEvery')}</p>
      ) : (
        <>
          <p className="small quiet">{t('data.eachLabelSpreadEvenlyOver')}</p>
          <SplitShares {...split} />
        </>
      )}
    </section>
  );
}

function SplitShares({ shares, onShares, seed, onSeed }: SplitProps) {
  const { t, f } = useWording();
  const setShare = (split: 'val' | 'test', percent: number): void => {
    const next = { ...shares, [split]: percent / 100 };
    onShares({ ...next, train: Math.max(0, Math.round((1 - next.val - next.test) * 1000) / 1000) });
  };
  return (
    <div className="row import-shares">
      <span className="soft">{t('data.trainShare', { percent: f.decimal(shares.train * 100, 0) })}</span>
      <NumberInput
        w={96}
        label={t('data.valShare')}
        min={0}
        max={60}
        value={Math.round(shares.val * 100)}
        onChange={(value) => setShare('val', Number(value))}
      />
      <NumberInput
        w={96}
        label={t('data.testShare')}
        min={0}
        max={60}
        value={Math.round(shares.test * 100)}
        onChange={(value) => setShare('test', Number(value))}
      />
      <NumberInput w={96} label={t('data.seed')} min={0} value={seed} onChange={(value) => onSeed(Number(value))} />
    </div>
  );
}
