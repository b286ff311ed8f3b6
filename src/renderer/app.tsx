import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { Component, lazy, Suspense, useEffect, useMemo } from 'react';
import { ErrorNote } from './components/ErrorNote.tsx';
import { TakeOver } from './components/TakeOver.tsx';
import { Palette, openPalette } from './components/Palette.tsx';
import { Rail } from './components/Rail.tsx';
import { ShortcutSheet, openShortcuts } from './components/ShortcutSheet.tsx';
import { StatusBar } from './components/StatusBar.tsx';
import { TitleBar } from './components/TitleBar.tsx';
import { FolderChooser } from './components/FolderChooser.tsx';
import { systemLanguage, useWording, wording, WordingProvider } from './i18n/words.ts';
import { flushDraft, saveEdits } from './stores/dataset.ts';
import { useKeys } from './stores/keys.ts';
import type { Screen } from './stores/studio.ts';
import { dismissProblem, go, onCommand, useParts, useStudio } from './stores/studio.ts';
import { Problem, toProblemData } from '../shared/problem.ts';
import { themeIn, variables } from './theme.ts';
import { useEndNotices, useRunInTitle } from './train/notices.ts';
import { chooseAndOpen } from './welcome/openFolder.ts';
import { useFolderDrop } from './welcome/useFolderDrop.ts';

/** Lazy: each screen loads when it is first shown. */
const screenParts: Readonly<Record<Screen, ReturnType<typeof lazy>>> = {
  welcome: lazy(() => import('./welcome/WelcomeScreen.tsx')),
  data: lazy(() => import('./data/DataScreen.tsx')),
  train: lazy(() => import('./train/TrainScreen.tsx')),
  tune: lazy(() => import('./tune/TuneScreen.tsx')),
  compare: lazy(() => import('./compare/CompareScreen.tsx')),
  export: lazy(() => import('./export/ExportScreen.tsx')),
  settings: lazy(() => import('./settings/SettingsScreen.tsx')),
};

export function App() {
  const settings = useStudio((state) => state.settings);
  const system = useColorScheme('dark');
  const scheme = settings === null || settings.theme === 'system' ? system : settings.theme;
  const language = settings === null || settings.language === 'system' ? systemLanguage() : settings.language;
  const words = useMemo(() => wording(language), [language]);
  useEffect(() => {
    document.documentElement.dataset.theme = scheme;
    document.documentElement.lang = language;
    document.documentElement.style.setProperty(
      '--row',
      settings?.rows === 'compact' ? '24px' : settings?.rows === 'large' ? '32px' : '28px',
    );
  }, [scheme, language, settings?.rows]);
  return (
    <MantineProvider theme={themeIn(language)} cssVariablesResolver={variables} forceColorScheme={scheme}>
      <WordingProvider value={words}>
        <Notifications position="bottom-right" autoClose={6000} />
        <Studio />
      </WordingProvider>
    </MantineProvider>
  );
}

function Studio() {
  const { screen, problem, project } = useParts('screen', 'problem', 'project');
  const { t } = useWording();
  useFolderDrop();
  useKeys({
    'mod+k': openPalette,
    '?': openShortcuts,
    'mod+o': () => void chooseAndOpen(),
    'mod+,': () => go('settings'),
    'mod+s': () => void saveEdits(),
    ...(project !== null && {
      'g d': () => go('data'),
      'g t': () => go('train'),
      'g u': () => go('tune'),
      'g c': () => go('compare'),
      'g e': () => go('export'),
      'g s': () => go('settings'),
    }),
  });
  useEffect(
    () =>
      onCommand((command) => {
        if (command === 'palette') openPalette();
        if (command === 'shortcuts') openShortcuts();
        if (command === 'settings') go('settings');
        if (command === 'openFolder') void chooseAndOpen();
      }),
    [],
  );
  useEffect(() => {
    window.addEventListener('pagehide', flushDraft);
    return () => window.removeEventListener('pagehide', flushDraft);
  }, []);
  useEndNotices();
  useRunInTitle();
  const Shown = screenParts[screen];
  return (
    <div className="window">
      <TitleBar />
      <Rail />
      <main className="screen" aria-label={t('common.studio')}>
        {problem !== null && (
          <ErrorNote problem={problem} onDismiss={dismissProblem}>
            <TakeOver problem={problem} />
          </ErrorNote>
        )}
        <Guard key={`${screen}/${project?.id ?? ''}`}>
          <Suspense fallback={null}>
            <Shown />
          </Suspense>
        </Guard>
      </main>
      <StatusBar />
      <Palette />
      <ShortcutSheet />
      <FolderChooser />
    </div>
  );
}

/** An error in one screen does not affect the others or a running job. */
class Guard extends Component<{ children: ReactNode }, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };
  static getDerivedStateFromError(fault: Error): { fault: Error } {
    return { fault };
  }
  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return (
      <ErrorNote
        problem={toProblemData(new Problem('internal.screenFailed', {}, fault.stack))}
        onDismiss={() => this.setState({ fault: null })}
      />
    );
  }
}
