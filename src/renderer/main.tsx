import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './studio.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connect } from './stores/studio.ts';

connect();
createRoot(document.getElementById('root')!).render(<App />);
