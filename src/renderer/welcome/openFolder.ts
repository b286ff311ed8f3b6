import { create } from 'zustand';
import { chooseFolder } from '../api/client.ts';
import { openProject } from '../stores/studio.ts';

/** A pending request for a folder. Without a system dialog, the studio shows its own. */
interface Question {
  readonly answer: ((folder: string | null) => void) | null;
  /** The name of a dropped folder that was not found. */
  readonly dropped: string | null;
}

export const useFolderQuestion = create<Question>(() => ({ answer: null, dropped: null }));

export function askForFolder(dropped: string | null = null): Promise<string | null> {
  if (chooseFolder !== null) return chooseFolder();
  return new Promise((resolve) =>
    useFolderQuestion.setState({
      dropped,
      answer: (folder) => {
        useFolderQuestion.setState({ answer: null });
        resolve(folder);
      },
    }),
  );
}

export async function chooseAndOpen(dropped: string | null = null): Promise<void> {
  const folder = await askForFolder(dropped);
  if (folder !== null) await openProject(folder);
}
