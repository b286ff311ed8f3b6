import { openDesktop } from './doors/desktop/desktop.ts';

void openDesktop();
