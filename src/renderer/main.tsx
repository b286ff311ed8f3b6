import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './studio.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { followInput } from './stores/keys.ts';
import { watchPictures } from './stores/pictureVersions.ts';
import { connect, useStudio } from './stores/studio.ts';

const RELOADED = 'destila-reloaded';
const AGAIN_AFTER_MS = 30_000;

// A window that was open during an update may request a chunk that no longer exists: reload it at the same place.
window.addEventListener('vite:preloadError', (event) => {
  if (
    useStudio.getState().connection !== 'there' ||
    Date.now() - Number(sessionStorage.getItem(RELOADED)) < AGAIN_AFTER_MS
  )
    return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  event.preventDefault();
  location.reload();
});

followInput();
connect();
watchPictures();
createRoot(document.getElementById('root')!).render(<App />);
