import { Button, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconFolder,
  IconInfoCircle,
  IconPhotoDown,
  IconPlayerPlay,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { EngineReport, Machine, Project } from '../../shared/contract/studio.ts';
import { call } from '../api/client.ts';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { computesOnCard } from '../components/device.ts';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import {
  attempt,
  changeSettings,
  enter,
  openProject,
  onWeightsChanged,
  openSample,
  useParts,
  useStudio,
} from '../stores/studio.ts';
import { askForFolder, chooseAndOpen } from './openFolder.ts';
import './welcome.css';

/** Start screen: drop or open a folder, try the sample, recent projects, and what this machine can do. */
export default function WelcomeScreen() {
  const { t } = useWording();
  const activities = useStudio((state) => state.activities);
  const sampling = activities.find(({ kind }) => kind === 'sample');
  return (
    <div className="welcome">
      <div className="welcome-main scroll">
        <div className="welcome-column">
          <h1>{t('welcome.folderOfPhotosModelPhone')}</h1>
          <p className="soft">{t('welcome.youSeeHereShipsSame')}</p>
          <section className="welcome-drop" aria-label={t('welcome.openProject')}>
            <IconPhotoDown size={56} stroke={1.1} color="var(--brand)" aria-hidden="true" />
            <div>
              <h2>{t('welcome.dropFolderHere')}</h2>
              <p className="soft">{t('welcome.photosLabelFilesFolderPer')}</p>
              <div className="row welcome-actions">
                <Button leftSection={<IconFolder size={16} />} onClick={() => void chooseAndOpen()}>
                  {t('common.openFolder2')}
                  <kbd>Ctrl O</kbd>
                </Button>
                <Button
                  variant="default"
                  leftSection={<IconPlayerPlay size={16} />}
                  loading={sampling !== undefined}
                  onClick={() => void openSample()}
                >
                  {t('common.trySample')}&nbsp;
                  <span className="quiet">{t('welcome.someMinutes')}</span>
                </Button>
              </div>
            </div>
          </section>
          <Recent />
        </div>
      </div>
      <ThisMachine />
    </div>
  );
}

/** Stable reference: a new array on each render would loop. */
const noProjects: readonly Project[] = [];

function Recent() {
  const { t, f, said } = useWording();
  const pictureUrl = usePictureUrl();
  const recent = useStudio((state) => state.hello?.recent ?? noProjects);
  const [at, setAt] = useState(0);
  useKeys({
    ArrowDown: () => setAt(Math.min(recent.length - 1, at + 1)),
    ArrowUp: () => setAt(Math.max(0, at - 1)),
    Enter: () => {
      const project = recent[at];
      if (project?.found === true) enter(project);
    },
  });
  if (recent.length === 0) return null;
  const find = async (project: Project): Promise<void> => {
    const automatic = await call('project.relocate', { project: project.id, folder: '' }).catch(() => null);
    if (automatic !== null) return enter(automatic.project);
    const folder = await askForFolder();
    const found =
      folder === null ? null : await attempt(() => call('project.relocate', { project: project.id, folder }));
    if (found !== null) enter(found.project);
  };
  return (
    <section aria-label={t('welcome.recentProjects')}>
      <div className="row recent-head">
        <h2 className="grow">{t('welcome.recent')}</h2>
        <kbd>↑</kbd>
        <kbd>↓</kbd>
        <kbd>Enter</kbd>
      </div>
      <ul className="recent">
        {recent.map((project, i) => (
          <li key={project.id} data-chosen={i === at}>
            <UnstyledButton
              className="recent-row"
              disabled={!project.found}
              onClick={() => void openProject(project.folder)}
            >
              <span className="covers">
                {project.found && project.covers.length > 0 ? (
                  project.covers.map((cover) => (
                    <img
                      key={cover}
                      src={pictureUrl(project.id, cover, { kind: 'thumbnail', edge: 96 })}
                      alt=""
                      loading="lazy"
                    />
                  ))
                ) : (
                  <span className="cover-missing">
                    <IconFolder size={16} aria-hidden="true" />
                  </span>
                )}
              </span>
              <span className="grow column">
                <strong className="cut recent-name">{project.name}</strong>
                <span className="small quiet cut">
                  {project.images === 0
                    ? t('welcome.noLabelFilesYet')
                    : t('welcome.imagesLabels', {
                        images: f.count(project.images),
                        labels: f.count(project.labels),
                      })}{' '}
                  · {project.folder}
                </span>
              </span>
              {project.lastRun !== null && project.found && (
                <span className="soft">
                  {said(project.lastRun.name)}
                  {project.lastRun.macroAp === null
                    ? ''
                    : `: ${t('common.int8Map')} ${f.points(project.lastRun.macroAp)}`}
                </span>
              )}
              <span className="quiet num recent-date">{f.date(project.openedAt)}</span>
            </UnstyledButton>
            {!project.found && (
              <span className="row recent-lost">
                <span className="warn">{t('welcome.folderNotConnected')}</span>
                <button type="button" className="link" onClick={() => void find(project)}>
                  {t('welcome.find')}
                </button>
                <button
                  type="button"
                  className="link"
                  onClick={() => void attempt(() => call('project.forget', { project: project.id }))}
                >
                  {t('common.forget')}
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function ThisMachine() {
  const { t, f } = useWording();
  const { hello, settings, activities, queue } = useParts('hello', 'settings', 'activities', 'queue');
  const machine = hello?.machine ?? null;
  const measuring = activities.some(({ kind, project }) => kind === 'measure' && project === null);
  const measure = async (): Promise<void> => {
    const found = await attempt(() => call('machine.measure', {}));
    const current = useStudio.getState().hello;
    if (found !== null && current !== null) useStudio.setState({ hello: { ...current, machine: found } });
  };
  // A measurement beside a training would be wrong, and slow it down.
  const unknown = hello !== null && machine === null && queue.length === 0;
  useEffect(() => {
    if (unknown) void measure();
  }, [unknown]);
  return (
    <aside className="machine line-left" aria-label={t('welcome.machine')}>
      <div className="panel-head">
        <h2>{t('welcome.machine')}</h2>
        <span className="push small quiet">
          {machine === null
            ? measuring
              ? t('common.measuring')
              : ''
            : t('common.measured', { measuredAt: f.date(machine.measuredAt) })}
        </span>
      </div>
      <div className="scroll machine-facts">
        {machine === null ? <div className="skeleton machine-loading" /> : <MachineFacts machine={machine} />}
        <Button variant="subtle" className="measure-again" loading={measuring} onClick={() => void measure()}>
          {t('common.measureAgain')}
        </Button>
      </div>
      <div className="row line-top machine-foot">
        <button
          type="button"
          className="link"
          onClick={() => void changeSettings({ language: 'en' })}
          aria-pressed={settings?.language === 'en'}
        >
          English
        </button>
        <button
          type="button"
          className="link"
          onClick={() => void changeSettings({ language: 'es' })}
          aria-pressed={settings?.language === 'es'}
        >
          Español
        </button>
        <span className="grow" />
        <button
          type="button"
          className="link"
          onClick={() =>
            void changeSettings({
              theme: settings?.theme === 'light' ? 'dark' : settings?.theme === 'dark' ? 'system' : 'light',
            })
          }
        >
          {settings?.theme === 'light'
            ? t('common.light')
            : settings?.theme === 'dark'
              ? t('common.dark')
              : t('common.system')}
        </button>
      </div>
    </aside>
  );
}

function MachineFacts({ machine }: { machine: Machine }) {
  const { t, f, said } = useWording();
  const cpu = machine.engines.find(({ name }) => name === 'onnx-cpu');
  const gpu = machine.engines
    .filter(({ name }) => computesOnCard(name))
    .sort(
      (a, b) =>
        states.indexOf(a.state) - states.indexOf(b.state) || (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0),
    )[0];
  return (
    <>
      <Fact
        state={cpu?.state === 'works' ? 'ok' : 'bad'}
        title={t('welcome.processorCores', { cores: machine.cpu.cores })}
        value={cpu?.state === 'works' ? t('common.works') : t('common.fails')}
      >
        {cpu?.imagesPerSecond == null
          ? cpu && said(cpu.description)
          : t('welcome.trainsSmallNetwork96Px', {
              model: machine.cpu.model,
              imagesPerSecond: f.decimal(cpu.imagesPerSecond, 0),
            })}
      </Fact>
      {gpu !== undefined && (
        <Fact
          state={gpu.state === 'works' ? 'ok' : gpu.state === 'fails' ? 'bad' : 'info'}
          title={machine.gpus[0] === undefined ? t('welcome.graphicsCard') : said(machine.gpus[0])}
          value={
            gpu.state === 'works' ? t('common.works') : gpu.state === 'fails' ? t('common.fails') : t('welcome.notUsed')
          }
        >
          {gpu.imagesPerSecond !== null ? (
            t('welcome.trainsSameNetworkImagesSecond', {
              gpu: gpu.name,
              imagesPerSecond: f.decimal(gpu.imagesPerSecond, 0),
            })
          ) : (
            <>
              {said(gpu.description)}
              {gpu.fix !== null && (
                <>
                  {' '}
                  <code>{said(gpu.fix)}</code>
                </>
              )}
            </>
          )}
        </Fact>
      )}
      <Fact
        state={machine.memory.totalBytes < 8e9 ? 'warn' : 'ok'}
        title={t('common.memory2')}
        value={f.bytes(machine.memory.totalBytes)}
      >
        {machine.memory.totalBytes < 8e9
          ? t('welcome.enoughSmallNetworksTakeFast')
          : t('welcome.enoughEfficientnetB3300Px')}
      </Fact>
      {machine.disk !== null && (
        <Fact
          state={machine.disk.freeBytes < 5e9 ? 'warn' : 'ok'}
          title={t('common.disk')}
          value={t('welcome.free', { freeBytes: f.bytes(machine.disk.freeBytes) })}
        >
          {t('welcome.runKeepsAbout1Gb')}
        </Fact>
      )}
      <WeightsHere />
    </>
  );
}

/** Best first. */
const states: readonly EngineReport['state'][] = ['works', 'fails', 'not tried'];

/** The number of pretrained weights files on this machine. */
function WeightsHere() {
  const { t, f } = useWording();
  const [here, setHere] = useState<number | null>(null);
  useEffect(() => {
    const read = (): void =>
      void call('weights.list', { project: null }).then(
        ({ entries }) => setHere(entries.filter(({ path }) => path !== null).length),
        () => undefined,
      );
    read();
    return onWeightsChanged(read);
  }, []);
  if (here === null) return null;
  return here === 0 ? (
    <Fact state="warn" title={t('common.pretrainedWeights')} value={t('welcome.noneHere')}>
      {t('welcome.withoutThemManyMorePhotos')}
    </Fact>
  ) : (
    <Fact state="ok" title={t('common.pretrainedWeights')} value={t('welcome.here', { here: f.count(here) })}>
      {t('welcome.trainStartsNetworkThem')}
    </Fact>
  );
}

function Fact({
  state,
  title,
  value,
  children,
}: {
  state: 'ok' | 'warn' | 'bad' | 'info';
  title: string;
  value: string;
  children: ReactNode;
}) {
  const Icon = state === 'ok' ? IconCircleCheck : state === 'info' ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className="fact">
      <Icon size={16} className={state === 'info' ? 'quiet' : state} aria-hidden="true" />
      <div className="grow">
        <div className="row">
          <span className="grow cut">{title}</span>
          <span className="small soft">{value}</span>
        </div>
        <div className="small quiet">{children}</div>
      </div>
    </div>
  );
}
