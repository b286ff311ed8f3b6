import { Modal } from '@mantine/core';
import { create } from 'zustand';
import { useWording } from '../i18n/words.ts';

const useSheet = create<{ open: boolean }>(() => ({ open: false }));
export const openShortcuts = (): void => useSheet.setState({ open: true });

export function ShortcutSheet() {
  const { t } = useWording();
  const open = useSheet((state) => state.open);
  const groups: { title: string; keys: [string, string][] }[] = [
    {
      title: t('common.everywhere'),
      keys: [
        ['Ctrl K', t('common.searchCommands')],
        ['Ctrl O', t('common.openFolderInline')],
        [t('common.gThenDTU'), t('common.goScreen')],
        [t('common.ctrlZCtrlShiftZ'), t('common.undoRedo')],
        ['Ctrl S', t('common.saveLabels')],
        ['/', t('common.find')],
        ['?', t('common.sheet')],
      ],
    },
    {
      title: t('common.data'),
      keys: [
        [t('common.arrowsJK'), t('common.nextPrevious')],
        [t('common.space'), t('common.select')],
        [t('common.shiftArrows'), t('common.selectSeveral')],
        ['Enter', t('common.openImage')],
        ['1–9', t('common.toggleLabel')],
        [t('common.lShiftL'), t('common.addRemoveLabel')],
        ['M', t('common.letterbox')],
        ['0', t('common.fit')],
        ['Esc', t('common.back')],
      ],
    },
    {
      title: t('common.train'),
      keys: [
        ['Ctrl Enter', t('common.start')],
        ['N', t('common.newRun')],
        ['P', t('common.pauseGo')],
        ['Y', 'YAML'],
        ['S', t('common.smoothing')],
      ],
    },
    {
      title: t('common.tune'),
      keys: [
        ['J K', t('common.labelInline')],
        [t('common.arrows'), t('common.moveThreshold')],
        [t('common.pgupPgdn'), t('common.n05')],
        ['F', t('common.goal')],
        ['X', t('common.lock')],
        ['R', t('common.reset')],
        ['A / E', t('common.errorsPutLabelRightAll')],
      ],
    },
    { title: t('common.export'), keys: [['Ctrl E', t('common.exportInline')]] },
  ];
  return (
    <Modal
      opened={open}
      onClose={() => useSheet.setState({ open: false })}
      title={t('common.shortcuts')}
      size={760}
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="shortcut-groups">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h2>{title}</h2>
            {keys.map(([key, meaning]) => (
              <div className="row shortcut" key={key}>
                <kbd>{key}</kbd>
                <span className="soft">{meaning}</span>
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  );
}
