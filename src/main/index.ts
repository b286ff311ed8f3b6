import { openDesktop } from './shell/desktop.ts';

void openDesktop();
