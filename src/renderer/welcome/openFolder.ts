import { create } from 'zustand';
import { chooseFolder } from '../api/client.ts';
import { openProject } from '../stores/studio.ts';

/** A question for a folder that is waiting for its answer: where the door has no system dialog, the studio shows its own. */
export const useFolderQuestion = create<{ answer: ((folder: string | null) => void) | null }>(() => ({ answer: null }));

export function askForFolder(): Promise<string | null> {
  if (chooseFolder !== null) return chooseFolder();
  return new Promise((resolve) => useFolderQuestion.setState({
    answer: (folder) => {
      useFolderQuestion.setState({ answer: null });
      resolve(folder);
    },
  }));
}

export async function chooseAndOpen(): Promise<void> {
  const folder = await askForFolder();
  if (folder !== null) await openProject(folder);
}
