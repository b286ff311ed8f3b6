import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { EngineReport, Machine } from '../../shared/contract/studio.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { onWeightsChanged } from '../stores/studio.ts';

/** Best first. */
const states: readonly EngineReport['state'][] = ['works', 'fails', 'not tried'];

export function MachineFacts({ machine }: { machine: Machine }) {
  const { t, f, said } = useWording();
  const cpu = machine.engines.find(({ device }) => device === 'cpu');
  const gpu = machine.engines
    .filter(({ device }) => device === 'gpu')
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
