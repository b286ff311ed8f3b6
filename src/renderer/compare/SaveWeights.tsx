import { Button, Modal, SegmentedControl } from '@mantine/core';
import { IconDownload, IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import type { Output } from '../../shared/contract/contract.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { call, downloadUrl } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, useStudio } from '../stores/studio.ts';

type Network = 'student' | 'teacher';
type Format = 'timm' | 'keras';

/** Whether the run has a float network that can be saved. */
export const hasNetwork = (run: RunSummary, network: Network): boolean =>
  run.stages.some(({ stage, state }) => stage === network && state === 'finished');

/** Takes a run's float network elsewhere: to PyTorch or to Keras. */
export function SaveWeights({ run, onClose }: { run: RunSummary; onClose(): void }) {
  const { w, f, said } = useWording();
  const door = useStudio((state) => state.hello?.door);
  const [network, setNetwork] = useState<Network>(hasNetwork(run, 'student') ? 'student' : 'teacher');
  const [format, setFormat] = useState<Format>('timm');
  const [written, setWritten] = useState<Output<'weights.write'> | null>(null);
  const [busy, setBusy] = useState(false);
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
  const name = run.config[network].architecture;
  const lite = name.includes('lite');
  return (
    <Modal
      opened
      onClose={onClose}
      title={w(`Float weights of ${said(run.name)}`, `Pesos en float de ${said(run.name)}`)}
      size={560}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': w('Close', 'Cerrar') }}
    >
      <div className="column save-weights">
        <div className="row wrap">
          <SegmentedControl
            aria-label={w('Network', 'Red')}
            value={network}
            onChange={(value) => change(() => setNetwork(value as Network))}
            data={[
              { value: 'student', label: w('Student', 'Alumno'), disabled: !hasNetwork(run, 'student') },
              { value: 'teacher', label: w('Teacher', 'Maestro'), disabled: !hasNetwork(run, 'teacher') },
            ]}
          />
          <SegmentedControl
            aria-label={w('For', 'Para')}
            value={format}
            onChange={(value) => change(() => setFormat(value as Format))}
            data={[
              { value: 'timm', label: 'PyTorch (timm)' },
              { value: 'keras', label: 'Keras' },
            ]}
          />
        </div>
        <p className="soft">
          {w(
            `${name}, before quantization, with its classifier: the same numbers, none rounded.`,
            `${name}, antes de cuantizar, con su clasificador: los mismos números, sin redondear.`,
          )}{' '}
          {format === 'timm'
            ? w('A safetensors file with timm’s names.', 'Un archivo safetensors con los nombres de timm.')
            : lite
              ? w(
                  'An .h5 file with Keras’s names; Keras itself has no EfficientNet-Lite.',
                  'Un archivo .h5 con los nombres de Keras; Keras no tiene EfficientNet-Lite.',
                )
              : w('An .h5 file in the layout that Keras publishes.', 'Un archivo .h5 con la forma que publica Keras.')}
        </p>
        {written === null ? (
          <div className="row">
            <Button loading={busy} onClick={() => void write()}>
              {w('Save', 'Guardar')}
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
                {w('Show in folder', 'Ver en carpeta')}
              </Button>
            ) : (
              <Button
                component="a"
                href={downloadUrl(run.project, run.id, written.file)}
                download
                variant="default"
                leftSection={<IconDownload size={15} />}
              >
                {w('Download', 'Descargar')}
              </Button>
            )}
          </div>
        )}
      </div>
    </Modal>
  );
}
