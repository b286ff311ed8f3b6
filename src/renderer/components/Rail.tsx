import { IconAdjustmentsHorizontal, IconChartLine, IconColumns3, IconLayoutGrid, IconPackageExport, IconSettings } from '@tabler/icons-react';
import { useWording } from '../i18n/words.ts';
import type { Screen } from '../stores/studio.ts';
import { go, useStudio } from '../stores/studio.ts';

/** The way of the work, top to bottom. */
export function Rail() {
  const { w } = useWording();
  const { screen, project, queue } = useStudio();
  const running = queue.some(({ state }) => state === 'running');
  const places: { screen: Screen; name: string; icon: typeof IconSettings }[] = [
    { screen: 'data', name: w('Data', 'Datos'), icon: IconLayoutGrid },
    { screen: 'train', name: w('Train', 'Entrenar'), icon: IconChartLine },
    { screen: 'tune', name: w('Tune', 'Ajustar'), icon: IconAdjustmentsHorizontal },
    { screen: 'compare', name: w('Compare', 'Comparar'), icon: IconColumns3 },
    { screen: 'export', name: w('Export', 'Exportar'), icon: IconPackageExport },
  ];
  const button = ({ screen: place, name, icon: Icon }: (typeof places)[number], disabled: boolean) => (
    <button key={place} type="button" disabled={disabled} aria-current={screen === place ? 'page' : undefined} onClick={() => go(place)} title={disabled ? w('Open a folder first', 'Abre antes una carpeta') : undefined}>
      <Icon size={20} stroke={1.5} aria-hidden="true" />{name}
      {place === 'train' && running && <span className="busy" role="img" aria-label={w('running', 'en marcha')} />}
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
