import {
  IconAdjustmentsHorizontal,
  IconChartLine,
  IconColumns3,
  IconLayoutGrid,
  IconPackageExport,
  IconSettings,
} from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import { useWording } from '../i18n/words.ts';
import type { Screen } from '../stores/studio.ts';
import { go, useParts, useStudio } from '../stores/studio.ts';

/** The screens in the order of the work, top to bottom. */
export function Rail() {
  const { t } = useWording();
  const { screen, project, queue } = useParts('screen', 'project', 'queue');
  const running = queue.find(({ state }) => state === 'running');
  const places: { screen: Screen; name: string; icon: typeof IconSettings }[] = [
    { screen: 'data', name: t('common.data'), icon: IconLayoutGrid },
    { screen: 'train', name: t('common.train'), icon: IconChartLine },
    { screen: 'tune', name: t('common.tune'), icon: IconAdjustmentsHorizontal },
    { screen: 'compare', name: t('common.compare'), icon: IconColumns3 },
    { screen: 'export', name: t('common.export'), icon: IconPackageExport },
  ];
  const button = ({ screen: place, name, icon: Icon }: (typeof places)[number], disabled: boolean) => (
    <button
      key={place}
      type="button"
      disabled={disabled}
      aria-current={screen === place ? 'page' : undefined}
      onClick={() => go(place)}
      title={disabled ? t('common.openFolderFirst') : undefined}
    >
      <Icon size={20} stroke={1.5} aria-hidden="true" />
      {name}
      {place === 'train' && running !== undefined && <Busy run={running.run} />}
    </button>
  );
  return (
    <nav className="rail" aria-label={t('common.screens')}>
      {places.map((place) => button(place, project === null))}
      <span className="grow" />
      {button({ screen: 'settings', name: t('common.settings'), icon: IconSettings }, false)}
    </nav>
  );
}

/**
 * Progress of the stage, in twentieths. It moves only on progress events: a spinner would take more time from a
 * training than everything else here.
 */
function Busy({ run }: { run: string }) {
  const { t } = useWording();
  const share = useStudio(
    ({ progress }) => Math.round((20 * (progress[run]?.done ?? 0)) / Math.max(1, progress[run]?.total ?? 1)) / 20,
  );
  return (
    <span
      className="busy"
      role="img"
      aria-label={t('common.running')}
      style={{ '--share': `${share}turn` } as CSSProperties}
    />
  );
}
