import { Button, Modal, SegmentedControl } from '@mantine/core';
import { IconDownload, IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import { traitsOf } from '../../shared/architectures.ts';
import type { Output } from '../../shared/contract/contract.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { runName } from '../../shared/runName.ts';
import { call, downloadUrl } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, useStudio } from '../stores/studio.ts';

type Network = 'student' | 'teacher';
type Format = 'timm' | 'keras';

/** True when the run has a float network that can be saved. */
export const hasNetwork = (run: RunSummary, network: Network): boolean =>
  run.stages.some(({ stage, state }) => stage === network && state === 'finished');

/** Saves a run's float network for PyTorch or Keras. */
export function SaveWeights({ run, onClose }: { run: RunSummary; onClose(): void }) {
  const { t, f, said } = useWording();
  const door = useStudio((state) => state.hello?.door);
  const [network, setNetwork] = useState<Network>(hasNetwork(run, 'student') ? 'student' : 'teacher');
  const [chosen, setChosen] = useState<Format>('timm');
  const [written, setWritten] = useState<Output<'weights.write'> | null>(null);
  const [busy, setBusy] = useState(false);
  const name = run.config[network].architecture;
  const { keras } = traitsOf(name);
  const format = keras === 'none' ? 'timm' : chosen;
  const change = (set: () => void): void => {
    set();
    setWritten(null);
  };
  const write = async (): Promise<void> => {
    setBusy(true);
    setWritten(
      await attempt(() => call('weights.write', { project: run.project, run: run.id, stage: network, format })),
    );
    setBusy(false);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('compare.floatWeightsOf', { run: said(runName(run.name)) })}
      size={560}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="column save-weights">
        <div className="row wrap">
          <SegmentedControl
            aria-label={t('common.network')}
            value={network}
            onChange={(value) => change(() => setNetwork(value))}
            data={[
              { value: 'student', label: t('common.student2'), disabled: !hasNetwork(run, 'student') },
              { value: 'teacher', label: t('common.teacher'), disabled: !hasNetwork(run, 'teacher') },
            ]}
          />
          <SegmentedControl
            aria-label={t('compare.for')}
            value={format}
            onChange={(value) => change(() => setChosen(value))}
            data={[
              { value: 'timm', label: 'PyTorch (timm)' },
              { value: 'keras', label: 'Keras', disabled: keras === 'none' },
            ]}
          />
        </div>
        <p className="soft">
          {t('compare.beforeQuantizationClassifierSameNumbers', { name })}{' '}
          {format === 'timm'
            ? t('compare.safetensorsFileTimmSNames')
            : keras === 'namesOnly'
              ? t('compare.h5FileKerasSNames')
              : t('compare.h5FileLayoutKerasPublishes')}
        </p>
        {written === null ? (
          <div className="row">
            <Button loading={busy} onClick={() => void write()}>
              {t('common.save')}
            </Button>
          </div>
        ) : (
          <div className="row wrap" role="status">
            <span className="cut grow" title={written.file}>
              <code>{written.file}</code> <span className="quiet">{f.bytes(written.bytes)}</span>
            </span>
            {door === 'desktop' ? (
              <Button
                variant="default"
                leftSection={<IconFolder size={15} />}
                onClick={() =>
                  void call('files.reveal', { project: run.project, path: `runs/${run.id}/${written.file}` })
                }
              >
                {t('common.showFolder')}
              </Button>
            ) : (
              <Button
                component="a"
                href={downloadUrl(run.project, run.id, written.file)}
                download
                variant="default"
                leftSection={<IconDownload size={15} />}
              >
                {t('common.download')}
              </Button>
            )}
          </div>
        )}
      </div>
    </Modal>
  );
}
