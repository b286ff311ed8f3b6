import { Button, Modal, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconFolder } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { FolderListing } from '../../shared/contract/studio.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { useFolderQuestion } from '../welcome/openFolder.ts';

/** Chooses a folder on the studio's machine when there is no system dialog. */
export function FolderChooser() {
  const { t, f, said } = useWording();
  const { answer, dropped } = useFolderQuestion();
  const [listing, setListing] = useState<FolderListing | null>(null);
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<ProblemData | null>(null);
  // What was asked for last, or typed since: an answer that comes late does not take its place.
  const wanted = useRef<object>({});
  const show = (folder: string | null): void => {
    const own = (wanted.current = {});
    setFault(null);
    call('files.list', { folder }).then(
      (found) => {
        if (wanted.current !== own) return;
        setListing(found);
        setTyped(found.folder);
      },
      (error: unknown) => {
        if (wanted.current === own) setFault(toProblemData(error));
      },
    );
  };
  const type = (text: string): void => {
    wanted.current = {};
    setTyped(text);
  };
  useEffect(() => {
    if (answer !== null) show(null);
  }, [answer]);
  const close = (folder: string | null): void => answer?.(folder);
  return (
    <Modal
      opened={answer !== null}
      onClose={() => close(null)}
      title={t('common.chooseFolder')}
      size={620}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {dropped !== null && (
        <p className="soft small folder-dropped">{t('common.browserDoesNotSayWhere', { dropped })}</p>
      )}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          show(typed);
        }}
      >
        <TextInput
          className="grow"
          aria-label={t('common.path')}
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
          data-autofocus
          spellCheck={false}
        />
        <Button variant="default" type="submit">
          {t('common.go')}
        </Button>
      </form>
      {fault !== null && (
        <p className="bad small folder-fault" role="alert">
          {said(fault)}
        </p>
      )}
      <div className="scroll folder-list" role="group" aria-label={t('common.folders')}>
        {listing?.parent != null && (
          <FolderRow
            icon={<IconArrowUp size={16} />}
            name={t('common.oneLevelUp')}
            onClick={() => show(listing.parent)}
          />
        )}
        {listing?.folders.map((name) => (
          <FolderRow
            key={name}
            icon={<IconFolder size={16} />}
            name={name}
            onClick={() => show(`${listing.folder.replace(/[\\/]$/, '')}/${name}`)}
          />
        ))}
      </div>
      <div className="row">
        <span className="grow soft small">
          {listing === null
            ? ''
            : [
                ...(listing.labelFiles.length > 0 ? [listing.labelFiles.join(', ')] : []),
                t('common.imagesHere', { images: f.count(listing.images) }),
              ].join(' · ')}
        </span>
        <Button variant="default" onClick={() => close(null)}>
          {t('common.cancel')}
        </Button>
        <Button disabled={typed.trim() === ''} onClick={() => close(typed.trim())}>
          {t('common.openFolder')}
        </Button>
      </div>
    </Modal>
  );
}

function FolderRow({ icon, name, onClick }: { icon: React.ReactNode; name: string; onClick: () => void }) {
  return (
    <UnstyledButton className="row folder-row" onClick={onClick}>
      <span className="quiet row">{icon}</span>
      <span className="cut">{name}</span>
    </UnstyledButton>
  );
}
