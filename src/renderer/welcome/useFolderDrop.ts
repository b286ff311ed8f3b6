import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { call, pathOf } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { openProject } from '../stores/studio.ts';
import { chooseAndOpen } from './openFolder.ts';

/** File names that identify a folder among others of the same name. */
const COMPARED = 8;

/**
 * Opens a folder dropped anywhere. Browsers do not reveal its path, so it is searched for by its contents, or asked
 * for.
 */
export function useFolderDrop(): void {
  const { t } = useWording();
  useEffect(() => {
    const mark = (on: boolean): void => {
      document.documentElement.toggleAttribute('data-dropping', on);
    };
    const over = (event: DragEvent): void => {
      event.preventDefault();
      mark(event.dataTransfer?.types.includes('Files') === true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) mark(false);
    };
    const drop = (event: DragEvent): void => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      const [item] = event.dataTransfer?.items ?? [];
      const entry = item?.webkitGetAsEntry();
      const file = item?.getAsFile() ?? null;
      if (entry == null) return;
      const path = file === null ? null : pathOf(file);
      if (isFolder(entry)) void (path === null ? findAndOpen(entry) : openProject(path));
      // A dropped project file stands for its folder.
      else if (path !== null && /\.(ya?ml|txt)$/i.test(path)) void openProject(path.replace(/[\\/][^\\/]*$/, ''));
      else
        notifications.show({
          message: t('welcome.dropFolderPhotosLie'),
          closeButtonProps: { 'aria-label': t('common.close') },
        });
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    // Capture the drop before anything on the page handles it.
    const landed = (): void => mark(false);
    document.addEventListener('drop', landed, true);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
      document.removeEventListener('drop', landed, true);
    };
  }, [t]);
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

async function findAndOpen(entry: FileSystemDirectoryEntry): Promise<void> {
  const inside = await new Promise<FileSystemEntry[]>((resolve) =>
    entry.createReader().readEntries(resolve, () => resolve([])),
  );
  const files = await Promise.all(
    inside
      .filter(isFile)
      .slice(0, COMPARED)
      .map((own) => new Promise<File | null>((resolve) => own.file(resolve, () => resolve(null)))),
  );
  const known = files.flatMap((file) => (file === null ? [] : [{ name: file.name, bytes: file.size }]));
  const { folders } = await call('files.find', { name: entry.name, files: known }).catch(() => ({
    folders: [] as string[],
  }));
  // Several folders match: only the person knows which one is meant.
  const [only, ...others] = folders;
  await (only !== undefined && others.length === 0 ? openProject(only) : chooseAndOpen(entry.name));
}
