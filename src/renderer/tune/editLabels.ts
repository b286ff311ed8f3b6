import { useDataset } from '../stores/dataset.ts';
import { go } from '../stores/studio.ts';
import { openViewer } from '../stores/view.ts';

/** Opens the image on the Data screen, where labels are corrected. */
export function editLabels(path: string): void {
  const { index } = useDataset.getState();
  const image = index?.paths.indexOf(path) ?? -1;
  if (image >= 0) openViewer(image);
  go('data');
}
