import { useEffect } from 'react';
import { pathOf } from '../api/client.ts';
import { openProject } from '../stores/studio.ts';
import { chooseAndOpen } from './openFolder.ts';

/** A folder dropped anywhere opens. Browsers do not say where it lies: there the studio asks. */
export function useFolderDrop(): void {
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      const [item] = event.dataTransfer?.items ?? [];
      if (item?.webkitGetAsEntry()?.isDirectory !== true) return;
      const file = item.getAsFile();
      const path = file === null ? null : pathOf(file);
      void (path === null ? chooseAndOpen() : openProject(path));
    };
    document.addEventListener('dragover', over);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('drop', drop);
    };
  }, []);
}
