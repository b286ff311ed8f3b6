import { create } from 'zustand';

/** Whether Train shows the settings of the next run, or a run. */
export const useTrainView = create<{ planning: boolean }>(() => ({ planning: false }));
export const planRun = (planning: boolean): void => useTrainView.setState({ planning });
