import { contextBridge, ipcRenderer, webUtils } from 'electron';

/** What was found comes as JSON: parsed in the window, it holds up nothing else. */
type Reply = { readonly json: Uint8Array } | { readonly problem: unknown };

/** All that the screens get: calls, events, where a dropped file lies, the folder dialog. */
contextBridge.exposeInMainWorld('destila', {
  call: async (method: string, input: unknown) => {
    const reply = (await ipcRenderer.invoke('call', method, JSON.stringify(input))) as Reply;
    return 'json' in reply ? { value: JSON.parse(new TextDecoder().decode(reply.json)) as unknown } : reply;
  },
  listen: (onEvent: (event: unknown) => void) => void ipcRenderer.on('event', (_, event: unknown) => onEvent(event)),
  pathOf: (file: File) => webUtils.getPathForFile(file),
  chooseFolder: () => ipcRenderer.invoke('chooseFolder') as Promise<string | null>,
});
