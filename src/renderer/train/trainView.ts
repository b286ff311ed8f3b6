import { create } from 'zustand';

/** Whether Train shows the next run's settings or a run, and the setting to scroll to from the palette. */
export const useTrainView = create<{ planning: boolean; setting: string | null }>(() => ({
  planning: false,
  setting: null,
}));
export const planRun = (planning: boolean): void => useTrainView.setState({ planning });
export const showSetting = (setting: string): void => useTrainView.setState({ planning: true, setting });
