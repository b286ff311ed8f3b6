import { Spotlight, createSpotlight } from '@mantine/spotlight';
import {
  IconArrowRight,
  IconChartLine,
  IconFilter,
  IconFolder,
  IconPhoto,
  IconSearch,
  IconTag,
} from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { runName } from '../../shared/runName.ts';
import { useWording } from '../i18n/words.ts';
import { useDataset } from '../stores/dataset.ts';
import type { OfferedCommand } from '../stores/commands.ts';
import { offeredCommands } from '../stores/commands.ts';
import { addFilterLabel, openViewer } from '../stores/view.ts';
import { changeSettings, enter, go, openSample, useParts } from '../stores/studio.ts';
import { chooseAndOpen } from '../welcome/openFolder.ts';
import { openShortcuts } from './ShortcutSheet.tsx';

const [store, spotlight] = createSpotlight();
/** True from the shortcut until the palette closes: its field gets the focus a moment later. */
let asked = false;
export const openPalette = (): void => {
  asked = true;
  spotlight.open();
};

interface Command {
  readonly id: string;
  readonly group: string;
  readonly text: string;
  readonly hint: string;
  readonly icon: typeof IconTag;
  run(): void;
}

const MOST_HERE = 12;
const MOST_RUNS = 5;
const MOST_LABELS = 6;
const MOST_IMAGES = 4;

/** Lower case without accents: 'epocas' finds 'Épocas'. */
const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Finds commands, labels and images in one place. */
export function Palette() {
  const wording = useWording();
  const { t, f, said } = wording;
  const [query, setQuery] = useState('');
  const [here, setHere] = useState<readonly OfferedCommand[]>([]);
  const [settings, setSettings] = useState<readonly OfferedCommand[]>([]);
  const { project, runs, hello } = useParts('project', 'runs', 'hello');
  const index = useDataset((state) => state.index);
  const counts = useDataset((state) => state.counts);
  const commands = useMemo((): Command[] => {
    const screensGroup = t('common.go2');
    const goTo = (id: Parameters<typeof go>[0], text: string, hint: string): Command => ({
      id,
      group: screensGroup,
      text,
      hint,
      icon: IconArrowRight,
      run: () => go(id),
    });
    const here =
      project === null
        ? []
        : [
            goTo('data', t('common.data'), 'G D'),
            goTo('train', t('common.train'), 'G T'),
            goTo('tune', t('common.tune'), 'G U'),
            goTo('compare', t('common.compare'), 'G C'),
            goTo('export', t('common.export'), 'G E'),
          ];
    const studio = t('common.studio');
    return [
      ...here,
      goTo('settings', t('common.settings'), 'G S'),
      goTo('welcome', t('common.welcome'), ''),
      {
        id: 'open',
        group: studio,
        text: t('common.openFolder2'),
        hint: 'Ctrl O',
        icon: IconArrowRight,
        run: () => void chooseAndOpen(),
      },
      {
        id: 'sample',
        group: studio,
        text: t('common.trySample'),
        hint: '',
        icon: IconArrowRight,
        run: () => void openSample(),
      },
      {
        id: 'light',
        group: studio,
        text: t('common.lightTheme'),
        hint: '',
        icon: IconArrowRight,
        run: () => void changeSettings({ theme: 'light' }),
      },
      {
        id: 'dark',
        group: studio,
        text: t('common.darkTheme'),
        hint: '',
        icon: IconArrowRight,
        run: () => void changeSettings({ theme: 'dark' }),
      },
      {
        id: 'en',
        group: studio,
        text: 'English',
        hint: '',
        icon: IconArrowRight,
        run: () => void changeSettings({ language: 'en' }),
      },
      {
        id: 'es',
        group: studio,
        text: 'Español',
        hint: '',
        icon: IconArrowRight,
        run: () => void changeSettings({ language: 'es' }),
      },
      {
        id: 'keys',
        group: studio,
        text: t('common.shortcuts'),
        hint: '?',
        icon: IconArrowRight,
        run: openShortcuts,
      },
    ];
  }, [project, t]);
  const found = useMemo((): Command[] => {
    const wanted = folded(query.trim());
    const parts = wanted.split(/\s+/);
    const fits = (text: string): boolean => {
      const own = folded(text);
      return parts.every((part) => own.includes(part));
    };
    const own = [...here, ...(project === null ? [] : settings)]
      .filter(({ text, searched }) => fits(text) && (searched !== true || wanted !== ''))
      .slice(0, MOST_HERE)
      .map(({ id, text, hint = '', group = t('common.here'), run }): Command => ({
        id: `here-${id}`,
        group,
        text,
        hint,
        icon: IconArrowRight,
        run,
      }));
    const shownRuns =
      wanted === ''
        ? []
        : runs
            .filter(({ name, note, trashed }) => !trashed && fits(`${said(runName(name))} ${note}`))
            .toReversed()
            .slice(0, MOST_RUNS)
            .map(({ id, name, note }): Command => ({
              id: `run-${id}`,
              group: t('common.runs'),
              text: note === '' ? said(runName(name)) : `${said(runName(name))}: ${note}`,
              hint: '',
              icon: IconChartLine,
              run: () => go('train', id),
            }));
    const projects =
      wanted === ''
        ? []
        : (hello?.recent ?? [])
            .filter(({ id, name, found: there }) => there && id !== project?.id && fits(name))
            .map((recent): Command => ({
              id: `project-${recent.id}`,
              group: t('common.projects'),
              text: recent.name,
              hint: '',
              icon: IconFolder,
              run: () => enter(recent),
            }));
    const plain = [...own, ...shownRuns, ...commands.filter(({ text }) => fits(text)), ...projects];
    if (wanted === '' || index === null || project === null) return plain;
    const labels = index.vocabulary
      .flatMap((label, number) => (fits(label) ? [{ label, number }] : []))
      .slice(0, MOST_LABELS);
    const images = index.paths.flatMap((path, number) => (fits(path) ? [{ path, number }] : [])).slice(0, MOST_IMAGES);
    return [
      ...own,
      ...labels.map(({ label, number }): Command => ({
        id: `label-${number}`,
        group: t('common.labels2'),
        text: t('common.showOnlyImages', { label }),
        hint: f.count(counts?.all[number] ?? 0),
        icon: IconFilter,
        run: () => {
          addFilterLabel(number);
          go('data');
        },
      })),
      ...images.map(({ path, number }): Command => ({
        id: `image-${number}`,
        group: t('common.images'),
        text: path,
        hint: '',
        icon: IconPhoto,
        run: () => {
          openViewer(number);
          go('data');
        },
      })),
      ...plain.slice(own.length),
    ];
  }, [query, here, settings, runs, hello, commands, index, counts, project, t, f, said]);
  // Keep what is typed before the field has the focus.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (
        !asked ||
        event.key.length !== 1 ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.target instanceof HTMLInputElement
      )
        return;
      event.preventDefault();
      event.stopImmediatePropagation();
      setQuery((text) => text + event.key);
    };
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, []);
  const opened = (): void => {
    setHere(offeredCommands());
    // Settings are many, so they load on the first search.
    void import('../train/settingCommands.ts').then(({ settingCommands }) => setSettings(settingCommands(wording)));
  };
  const groups = [...Map.groupBy(found, ({ group }) => group)];
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={opened}
      onSpotlightClose={() => {
        asked = false;
      }}
      clearQueryOnClose
      shortcut={null}
      scrollable
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      transitionProps={{ duration: 0 }}
    >
      <Spotlight.Search
        placeholder={t('common.searchRunCommand')}
        aria-label={t('common.searchRunCommand')}
        leftSection={<IconSearch size={16} />}
      />
      <Spotlight.ActionsList>
        {groups.map(([group, actions]) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {actions.map(({ id, text, hint, icon: Icon, run }) => (
              <Spotlight.Action key={id} onClick={run}>
                <span className="row palette-action">
                  <Icon size={15} aria-hidden="true" />
                  <span className="grow cut">{text}</span>
                  {hint !== '' && <kbd>{hint}</kbd>}
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>{t('common.nothingFound')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
