import { useParts } from '../stores/studio.ts';
import { LiveView } from './LiveView.tsx';
import { SettingsView } from './SettingsView.tsx';
import { useTrainView } from './trainView.ts';
import './train.css';

/** Before a run: whether it can start and how long it takes. During a run: whether it improves and when it is done. */
export default function TrainScreen() {
  const { queue, runs, run, project } = useParts('queue', 'runs', 'run', 'project');
  const planning = useTrainView((state) => state.planning);
  const active = queue.find((entry) => entry.project === project?.id && entry.state !== 'waiting');
  const live = runs.filter(({ trashed }) => !trashed);
  const chosen = live.find(({ id }) => id === run) ?? live.find(({ id }) => id === active?.run) ?? live.at(-1);
  if (planning || chosen === undefined) return <SettingsView />;
  return <LiveView key={chosen.id} run={chosen} />;
}
