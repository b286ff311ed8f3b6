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

/** The way of the work, top to bottom. */
export function Rail() {
  const { w } = useWording();
  const { screen, project, queue } = useParts('screen', 'project', 'queue');
  const running = queue.find(({ state }) => state === 'running');
  const places: { screen: Screen; name: string; icon: typeof IconSettings }[] = [
    { screen: 'data', name: w('Data', 'Datos'), icon: IconLayoutGrid },
    { screen: 'train', name: w('Train', 'Entrenar'), icon: IconChartLine },
    { screen: 'tune', name: w('Tune', 'Ajustar'), icon: IconAdjustmentsHorizontal },
    { screen: 'compare', name: w('Compare', 'Comparar'), icon: IconColumns3 },
    { screen: 'export', name: w('Export', 'Exportar'), icon: IconPackageExport },
  ];
  const button = ({ screen: place, name, icon: Icon }: (typeof places)[number], disabled: boolean) => (
    <button
      key={place}
      type="button"
      disabled={disabled}
      aria-current={screen === place ? 'page' : undefined}
      onClick={() => go(place)}
      title={disabled ? w('Open a folder first', 'Abre antes una carpeta') : undefined}
    >
      <Icon size={20} stroke={1.5} aria-hidden="true" />
      {name}
      {place === 'train' && running !== undefined && <Busy run={running.run} />}
    </button>
  );
  return (
    <nav className="rail" aria-label={w('Screens', 'Pantallas')}>
      {places.map((place) => button(place, project === null))}
      <span style={{ flex: 1 }} />
      {button({ screen: 'settings', name: w('Settings', 'Ajustes'), icon: IconSettings }, false)}
    </nav>
  );
}

/** How far the stage is, in twentieths. It moves when there is news: a mark that turned by itself would cost a training more than everything else here. */
function Busy({ run }: { run: string }) {
  const { w } = useWording();
  const share = useStudio(
    ({ progress }) => Math.round((20 * (progress[run]?.done ?? 0)) / Math.max(1, progress[run]?.total ?? 1)) / 20,
  );
  return (
    <span
      className="busy"
      role="img"
      aria-label={w('running', 'en marcha')}
      style={{ '--share': `${share}turn` } as CSSProperties}
    />
  );
}
