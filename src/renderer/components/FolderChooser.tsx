import { Button, Modal, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconFolder } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { FolderListing } from '../../shared/contract/studio.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { useFolderQuestion } from '../welcome/openFolder.ts';

/** Chooses a folder of this machine where the door has no system dialog. */
export function FolderChooser() {
  const { w, f, said } = useWording();
  const { answer, dropped } = useFolderQuestion();
  const [listing, setListing] = useState<FolderListing | null>(null);
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string | null>(null);
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
        if (wanted.current === own) setFault(toProblemData(error).message);
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
      title={w('Choose a folder', 'Elige una carpeta')}
      size={620}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': w('Close', 'Cerrar') }}
    >
      {dropped !== null && (
        <p className="soft small" style={{ marginBottom: 8 }}>
          {w(
            `A browser does not say where “${dropped}” lies, and it was not found. Choose it here.`,
            `El navegador no dice dónde está «${dropped}» y no se ha encontrado. Elígela aquí.`,
          )}
        </p>
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
          aria-label={w('Path', 'Ruta')}
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
          data-autofocus
          spellCheck={false}
        />
        <Button variant="default" type="submit">
          {w('Go', 'Ir')}
        </Button>
      </form>
      {fault !== null && (
        <p className="bad small" role="alert" style={{ marginTop: 8 }}>
          {said(fault)}
        </p>
      )}
      <div
        className="scroll"
        style={{ height: 300, margin: '10px 0' }}
        role="group"
        aria-label={w('Folders', 'Carpetas')}
      >
        {listing?.parent != null && (
          <FolderRow
            icon={<IconArrowUp size={16} />}
            name={w('One level up', 'Un nivel arriba')}
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
            : `${listing.labelFiles.length > 0 ? `${listing.labelFiles.join(', ')} · ` : ''}${w(`${f.count(listing.images)} images here`, `${f.count(listing.images)} imágenes aquí`)}`}
        </span>
        <Button variant="default" onClick={() => close(null)}>
          {w('Cancel', 'Cancelar')}
        </Button>
        <Button disabled={typed.trim() === ''} onClick={() => close(typed.trim())}>
          {w('Open this folder', 'Abrir esta carpeta')}
        </Button>
      </div>
    </Modal>
  );
}

function FolderRow({ icon, name, onClick }: { icon: React.ReactNode; name: string; onClick: () => void }) {
  return (
    <UnstyledButton
      className="row folder-row"
      onClick={onClick}
      style={{ width: '100%', height: 'var(--row)', padding: '0 8px' }}
    >
      <span className="quiet row">{icon}</span>
      <span className="cut">{name}</span>
    </UnstyledButton>
  );
}
