import { contextBridge, ipcRenderer, webUtils } from 'electron';

/** All that the screens get: calls, events, where a dropped file lies, the folder dialog. */
contextBridge.exposeInMainWorld('destila', {
  call: (method: string, input: unknown) => ipcRenderer.invoke('call', method, input),
  listen: (onEvent: (event: unknown) => void) => void ipcRenderer.on('event', (_, event: unknown) => onEvent(event)),
  pathOf: (file: File) => webUtils.getPathForFile(file),
  chooseFolder: () => ipcRenderer.invoke('chooseFolder') as Promise<string | null>,
});
